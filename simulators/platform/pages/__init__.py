"""The pages of the platform: rendered here, in Chinese and English, for a browser that need not do much.

Leaves everything that is done to the API: forms are sent there by `files/app.js`, so that a page can do nothing
that its reader may not. Modules: `site` (addresses), `forms` (from structs), `charts` (SVG), `words`.
"""
