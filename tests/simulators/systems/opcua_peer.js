// An OPC UA client of another house (node-opcua): reads, subscribes and reads history; prints one JSON line.
// Arguments: url, None or Sign or SignAndEncrypt, application URI, certificate (PEM), key (PEM), PKI folder, node ids.
const [url, mode, uri, certificate, key, folder, ...nodes] = process.argv.slice(2);
const opcua = require("node-opcua-client");
const { OPCUACertificateManager } = require("node-opcua-certificate-manager");

async function main() {
  const secure = mode !== "None";
  const manager = new OPCUACertificateManager({ rootFolder: folder, automaticallyAcceptUnknownCertificate: true });
  await manager.initialize();
  const client = opcua.OPCUAClient.create({
    applicationUri: uri,
    endpointMustExist: false,
    securityMode: opcua.MessageSecurityMode[mode],
    securityPolicy: secure ? opcua.SecurityPolicy.Basic256Sha256 : opcua.SecurityPolicy.None,
    ...(secure ? { certificateFile: certificate, privateKeyFile: key } : {}),
    clientCertificateManager: manager,
    connectionStrategy: { maxRetry: 0 },
  });
  await client.connect(url);
  const session = await client.createSession();
  const wanted = nodes.map((nodeId) => ({ nodeId, attributeId: opcua.AttributeIds.Value }));
  const read = await session.read(wanted);
  const subscription = await session.createSubscription2({
    requestedPublishingInterval: 500, requestedLifetimeCount: 100, requestedMaxKeepAliveCount: 10,
    publishingEnabled: true, maxNotificationsPerPublish: 0, priority: 0,
  });
  const item = await subscription.monitor(
    { nodeId: nodes[0], attributeId: opcua.AttributeIds.Value },
    { samplingInterval: 500, discardOldest: true, queueSize: 10 },
    opcua.TimestampsToReturn.Both,
  );
  let seen = 0;
  await new Promise((resolve) => item.on("changed", () => { seen += 1; if (seen === 3) resolve(); }));
  const end = new Date();
  const history = await session.readHistoryValue(nodes[0], new Date(end.getTime() - 600000), end);
  console.log(JSON.stringify({
    values: read.map((each) => String(each.value.value)),
    statuses: read.map((each) => each.statusCode.name),
    stamps: read.map((each) => each.sourceTimestamp !== null),
    seen,
    history: (history.historyData?.dataValues ?? []).length,
  }));
  await subscription.terminate();
  await session.close();
  await client.disconnect();
}

main().then(() => process.exit(0), (error) => { console.error(String(error)); process.exit(1); });
