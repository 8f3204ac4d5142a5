/** Where traces, metrics and logs are sent besides; by the variables that OpenTelemetry has for it. Read once, when the layer is built. */

import { Config, Option, Redacted, Schema } from "effect"

const EndpointUrl = Schema.String.check(
  Schema.makeFilter(
    (text: string) =>
      ["http:", "https:"].includes(URL.parse(text)?.protocol ?? "") ||
      "expected http://host:port or https://…"
  )
)

/** `name=value`, with commas between; percent-encoded. */
const parseHeaders = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    text.split(",").flatMap((pair) => {
      const at = pair.indexOf("=")
      const [name, value] = [pair.slice(0, at).trim(), pair.slice(at + 1).trim()]
      return at > 0
        ? [[name, Option.getOrElse(Option.liftThrowable(decodeURIComponent)(value), () => value)]]
        : []
    })
  )

export const OtlpConfig = Config.all({
  /** Without a slash at its end; none: nothing is sent anywhere. */
  endpoint: Config.option(
    Config.schema(EndpointUrl, "OTEL_EXPORTER_OTLP_ENDPOINT").pipe(
      Config.map((url) => url.replace(/\/+$/, ""))
    )
  ),
  /** Often a key of the receiver's. */
  headers: Config.Redacted("OTEL_EXPORTER_OTLP_HEADERS").pipe(
    Config.withDefault(Redacted.make("")),
    Config.map((text) => parseHeaders(Redacted.value(text)))
  ),
  protocol: Config.schema(
    Schema.Literals(["http/protobuf", "http/json"]),
    "OTEL_EXPORTER_OTLP_PROTOCOL"
  ).pipe(Config.withDefault("http/protobuf" as const)),
  serviceName: Config.NonEmptyString("OTEL_SERVICE_NAME").pipe(Config.withDefault("carillon"))
})
