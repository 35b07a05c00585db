// Swagger UI takes every type with "json" in its name for JSON, and would send lines (NDJSON) as one quoted string.
const linesAsTheyAre = {
  afterLoad() {
    const sample = this.fn.getSampleSchema;
    this.fn.getSampleSchema = (schema, contentType, config, given) =>
      /ndjson/.test(contentType) && typeof given === "string" ? given : sample(schema, contentType, config, given);
  },
};

window.ui = SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  validatorUrl: null,
  docExpansion: "none",
  defaultModelsExpandDepth: 0,
  filter: true,
  plugins: [linesAsTheyAre],
});
