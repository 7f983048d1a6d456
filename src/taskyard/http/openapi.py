"""OpenAPI 3.1 documents, written from the operation tables that route the requests."""

from __future__ import annotations

import re
from typing import Any, get_args

import msgspec

from taskyard import __version__
from taskyard.http.message import Request
from taskyard.http.operation import Dialect, Operation
from taskyard.http.router import Route, routes_of
from taskyard.model.problem import Problem

_REST = re.compile(r"\{([^{}.]+)\.\.\.\}")
_HOLES = re.compile(r"\{([^{}.]+)(?:\.\.\.)?\}")
_WORDS = re.compile(r"[^A-Za-z0-9_]+")
_encoder = msgspec.json.Encoder(enc_hook=str)
_REF = "#/components/schemas/{name}"

REASONS = {
    200: "OK",
    201: "Created",
    202: "Accepted",
    204: "Done; no content",
    206: "Part of the result",
    302: "Found",
    304: "Not modified",
    400: "The input is not valid",
    401: "A credential is needed",
    403: "The caller may not do this",
    404: "There is no such thing",
    405: "The method is not allowed",
    406: "No acceptable representation",
    409: "The state does not allow this",
    413: "The body is too large",
    415: "The media type is not taken",
    422: "The input cannot be processed",
    429: "Too many requests",
    500: "The server failed",
    501: "The operation is not served",
    503: "The server cannot answer now",
}

ANYWHERE = ("invalid", "not_found", "forbidden")
"""Problems that any operation may answer with."""


def openapi_document(dialect: Dialect, base_url: str) -> dict[str, Any]:
    """The document of a dialect: every operation under its first mount, refused ones with the answer they
    give."""
    writer = _Writer(dialect)
    paths: dict[str, dict[str, Any]] = {}
    names: dict[str, str] = {}
    seen: set[int] = set()
    for route in routes_of(dialect):
        if id(route.operation) in seen:
            continue
        seen.add(id(route.operation))
        template = _REST.sub(r"{\1}", _native_path(route))
        path = names.setdefault(_HOLES.sub("{}", template), template)
        item = paths.setdefault(path, {})
        item[route.operation.method.lower()] = writer.operation(route.operation, _HOLES.findall(path))
    info: dict[str, Any] = {"title": dialect.title, "version": dialect.version}
    more = [f"`{mount}`" for mount in dialect.mounts[1:]] if not dialect.root_mount else []
    words = [dialect.description, f"Also mounted at {', '.join(more)}." if more else ""]
    if any(words):
        info["description"] = "\n\n".join(word for word in words if word)
    document: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": info,
        "servers": [{"url": base_url}],
        "tags": [{"name": tag} for tag in dict.fromkeys(o.tag for o in dialect.operations if o.tag)],
        "paths": paths,
        "components": {"schemas": writer.schemas()},
        "x-taskyard-version": __version__,
    }
    if dialect.security_schemes:
        document["components"]["securitySchemes"] = dialect.security_schemes
    return document


def _native_path(route: Route) -> str:
    """The path as the table writes it, with its trailing slash where clients of the API send one."""
    slashed = route.operation.path.endswith("/") and not route.template.endswith("/")
    return route.template + "/" * slashed


class _Writer:
    """Writes the operations of one dialect; their types are gathered first, so that each has one schema."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.ids: set[str] = set()
        self._fields: dict[type, tuple[msgspec.structs.FieldInfo, ...]] = {}
        types: dict[int, Any] = {}
        for operation in dialect.operations:
            for wanted in self._types(operation):
                types.update((id(part), part) for part in _parts(wanted))
        for wanted in dialect.error_statuses.values():
            if _is_schema(wanted):
                types.update((id(part), part) for part in _parts(wanted))
        self._kept = types
        schemas, self._components = msgspec.json.schema_components(
            tuple(types.values()), schema_hook=lambda _: {}, ref_template=_REF
        )
        for component in self._components.values():
            _drop_unset(component)
        self._schemas = dict(zip(types, schemas, strict=True))
        self._error_media = "application/json"
        self._kernel = self._kernel_statuses()

    def _types(self, operation: Operation) -> list[Any]:
        found: list[Any] = []
        if operation.params is not None:
            if operation.params not in self._fields:
                self._fields[operation.params] = msgspec.structs.fields(operation.params)
            found += [field.type for field in self._fields[operation.params]]
        found += [wanted for wanted in (_shown(operation), *operation.returns.values()) if _is_schema(wanted)]
        return found

    def _schema(self, wanted: Any) -> dict[str, Any]:
        parts = _parts(wanted)
        if len(parts) == 1:
            return self._schemas[id(parts[0])]
        return {"anyOf": [self._schemas[id(part)] for part in parts]}

    def schemas(self) -> dict[str, Any]:
        return self._components

    def operation(self, operation: Operation, holes: list[str]) -> dict[str, Any]:
        written: dict[str, Any] = {"operationId": self._id(operation)}
        if operation.summary:
            written["summary"] = operation.summary
        if operation.why:
            written["description"] = f"{operation.verdict}: {operation.why}"
        if operation.tag:
            written["tags"] = [operation.tag]
        written["x-taskyard-verdict"] = operation.verdict
        parameters = [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
            for name in holes
        ]
        if operation.params is not None:
            parameters += [self._parameter(field) for field in self._fields[operation.params]]
        if parameters:
            written["parameters"] = parameters
        if operation.body is not None:
            written["requestBody"] = self._body(operation)
        written["responses"] = self._responses(operation)
        if self.dialect.security_schemes:
            schemes = [{name: []} for name in self.dialect.security_schemes]
            written["security"] = schemes if operation.auth else []
        return written

    def _id(self, operation: Operation) -> str:
        name = _WORDS.sub("_", operation.name)
        candidate, number = name, 1
        while candidate in self.ids:
            number += 1
            candidate = f"{name}_{number}"
        self.ids.add(candidate)
        return candidate

    def _parameter(self, field: msgspec.structs.FieldInfo) -> dict[str, Any]:
        schema = dict(self._schema(field.type))
        if field.default not in (msgspec.NODEFAULT, msgspec.UNSET, None):
            schema["default"] = msgspec.json.decode(_encoder.encode(field.default))
        parameter: dict[str, Any] = {"name": field.encode_name, "in": "query", "schema": schema}
        if "description" in schema:
            parameter["description"] = schema.pop("description")
        if field.required:
            parameter["required"] = True
        return parameter

    def _body(self, operation: Operation) -> dict[str, Any]:
        content: dict[str, Any] = {}
        for media in operation.body_media:
            if _is_schema(_shown(operation)):
                content[media] = {"schema": self._schema(_shown(operation))}
            elif media.startswith(("multipart/", "application/x-www-form")):
                content[media] = {"schema": {"type": "object", "additionalProperties": True}}
            else:
                content[media] = {"schema": {}}
        optional = operation.body is bytes or _admits_null(operation.body)
        return {"content": content, "required": not optional}

    def _responses(self, operation: Operation) -> dict[str, Any]:
        responses: dict[int, Any] = {}
        for status, wanted in operation.returns.items():
            responses[status] = self._response(status, wanted)
        if not responses and operation.verdict != "refused":
            responses[200] = self._response(200, None)
        for status in self._errors(operation):
            if status not in responses:
                wanted = self.dialect.error_statuses.get(status)
                responses[status] = self._response(status, wanted, self._error_media)
        return {str(status): responses[status] for status in sorted(responses)}

    def _response(self, status: int, wanted: Any, media: str = "application/json") -> dict[str, Any]:
        response: dict[str, Any] = {"description": REASONS.get(status, f"Status {status}")}
        if wanted is bytes:
            response["content"] = {"application/octet-stream": {"schema": {}}}
        elif wanted is str:
            response["content"] = {"text/plain": {"schema": {"type": "string"}}}
        elif wanted is not None:
            response["content"] = {media: {"schema": self._schema(wanted)}}
        return response

    def _errors(self, operation: Operation) -> list[int]:
        """The statuses of the errors that the operation may answer with."""
        if operation.verdict == "refused":
            codes = ["not_served"]
        else:
            codes = [*ANYWHERE]
        if operation.auth:
            codes.append("unauthenticated")
        if operation.body is not None and operation.verdict != "refused":
            codes += ["too_large", "unsupported_media_type"]
        statuses = [self._kernel[code] for code in codes if code in self._kernel]
        if operation.verdict != "refused":
            statuses += self.dialect.error_statuses
        return list(dict.fromkeys(statuses))

    def _kernel_statuses(self) -> dict[str, int]:
        """The status that the dialect gives to each problem which the kernel itself finds; notes the media type of
        its errors on the way."""
        request = Request(
            app=None,
            method="GET",
            path="/",
            query_string="",
            headers={},
            body=b"",
            base_url="",
            request_id="",
        )
        found = {}
        codes = (*ANYWHERE, "unauthenticated", "too_large", "unsupported_media_type", "not_served")
        for code in codes:
            problem = Problem(code=code, detail="")
            response = self.dialect.render_problem(problem, request)
            found[code] = response.status
            self._error_media = (response.media_type or self._error_media).partition(";")[0]
        return found


def _parts(wanted: Any) -> tuple[Any, ...]:
    """The type itself, or the members of a union that no decoder could tell apart."""
    try:
        msgspec.inspect.type_info(wanted)
    except TypeError:
        return get_args(wanted) or (Any,)
    return (wanted,)


def _shown(operation: Operation) -> Any:
    return operation.body if operation.body_shown is None else operation.body_shown


def _is_schema(wanted: Any) -> bool:
    return wanted is not None and wanted is not bytes and wanted is not str


def _admits_null(wanted: Any) -> bool:
    node = msgspec.inspect.type_info(wanted)
    return isinstance(node, msgspec.inspect.UnionType) and any(
        isinstance(part, msgspec.inspect.NoneType) for part in node.types
    )


def _drop_unset(component: dict[str, Any]) -> None:
    """A member that may be left out has no default to show."""
    for member in component.get("properties", {}).values():
        if member.get("default") == "UNSET":
            del member["default"]
