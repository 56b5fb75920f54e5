"""Pages: what people configure, see and review at the product's own pages."""
