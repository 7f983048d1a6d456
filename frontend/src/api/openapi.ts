/** Reading an OpenAPI document as a flat list of operations. */

interface Described {
  description?: string;
}

interface Parameter extends Described {
  name: string;
  in: string;
  required?: boolean;
  schema?: Record<string, unknown>;
}

interface RawOperation extends Described {
  operationId?: string;
  summary?: string;
  tags?: string[];
  parameters?: Parameter[];
  responses?: Record<string, Described>;
  "x-taskyard-verdict"?: string;
}

export interface OpenApi {
  paths: Record<string, Record<string, RawOperation>>;
}

export interface DocumentedParameter {
  name: string;
  place: string;
  required: boolean;
  type: string;
  description: string;
}

export interface DocumentedOperation {
  method: string;
  path: string;
  name: string;
  summary: string;
  tag: string;
  verdict: string;
  why: string;
  parameters: DocumentedParameter[];
  responses: { status: string; description: string }[];
}

const methods = ["get", "post", "put", "patch", "delete", "head", "options"];

function typeOf(schema: Record<string, unknown> | undefined): string {
  if (!schema) return "";
  const { type, items, anyOf, $ref } = schema as {
    type?: string | string[];
    items?: Record<string, unknown>;
    anyOf?: Record<string, unknown>[];
    $ref?: string;
  };
  if ($ref) return $ref.split("/").at(-1) ?? "";
  if (anyOf)
    return anyOf
      .map(typeOf)
      .filter((one) => one !== "null")
      .join(" or ");
  if (Array.isArray(schema.enum)) return schema.enum.filter((one) => one !== null).join(", ");
  if (Array.isArray(type)) return type.filter((one) => one !== "null").join(" or ");
  return type === "array" && items ? `${typeOf(items)} list` : (type ?? "");
}

export function operationsOf(document: OpenApi): DocumentedOperation[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    methods
      .filter((method) => item[method])
      .map((method) => {
        const raw = item[method] as RawOperation;
        return {
          method: method.toUpperCase(),
          path,
          name: raw.operationId ?? "",
          summary: raw.summary ?? "",
          tag: raw.tags?.[0] ?? "",
          verdict: raw["x-taskyard-verdict"] ?? "served",
          why: (raw.description ?? "").replace(/^(partial|refused): /, ""),
          parameters: (raw.parameters ?? []).map((one) => ({
            name: one.name,
            place: one.in,
            required: Boolean(one.required),
            type: typeOf(one.schema),
            description: one.description ?? "",
          })),
          responses: Object.entries(raw.responses ?? {}).map(([status, one]) => ({
            status,
            description: one.description ?? "",
          })),
        };
      }),
  );
}
