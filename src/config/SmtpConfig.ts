/** Where the SMTP server is, how we log in, and whom mail is from. Read once, when the layer is built. */

import { Config, ConfigProvider, Option, Redacted } from "effect"

/** `implicit` from the first byte (`smtps:`); `required` STARTTLS or nothing; `offered` STARTTLS where there is. */
export type Tls = "implicit" | "required" | "offered" | "off"

export interface SmtpServer {
  readonly host: string
  readonly port: number
  readonly tls: Tls
  readonly login: Option.Option<{ readonly user: string; readonly password: Redacted.Redacted }>
}

export interface Sender {
  /** Empty: the address alone. */
  readonly name: string
  readonly address: string
}

const wrong = (message: string) => Config.fail(new ConfigProvider.SourceError({ message }))

const loopback: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"])

const submissionPort = 587
const submissionsPort = 465

/** A password never crosses a network in the clear, unless the URL says `tls=off`. */
const tlsOf = (url: URL): Tls | undefined => {
  if (url.protocol === "smtps:") return "implicit"
  const wanted = url.searchParams.get("tls")
  if (wanted === "required" || wanted === "off") return wanted
  if (wanted !== null) return undefined
  return url.username !== "" && !loopback.has(url.hostname) ? "required" : "offered"
}

/** None where `%` is followed by what is no UTF-8. */
const decode = Option.liftThrowable(decodeURIComponent)

const loginOf = (url: URL): Option.Option<SmtpServer["login"]> => {
  if (url.username === "") return Option.some(Option.none())
  return Option.map(
    Option.all({ user: decode(url.username), password: decode(url.password) }),
    ({ password, user }) => Option.some({ user, password: Redacted.make(password) })
  )
}

const portOf = (url: URL): number => {
  if (url.port !== "") return Number(url.port)
  return url.protocol === "smtps:" ? submissionsPort : submissionPort
}

/** The URL's own text is not repeated in an error: it holds the password. */
const parseServer = (text: string): Config.Config<SmtpServer> => {
  const url = URL.parse(text)
  if (url === null || !/^smtps?:$/.test(url.protocol) || url.hostname === "") {
    return wrong("SMTP_URL: expected smtp://user:password@host:port or smtps://…")
  }
  const tls = tlsOf(url)
  if (tls === undefined) return wrong("SMTP_URL: expected tls=required or tls=off, or no tls at all")
  const login = loginOf(url)
  if (Option.isNone(login)) return wrong("SMTP_URL: expected user and password in percent encoding")
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1")
  return Config.succeed({ host, port: portOf(url), tls, login: login.value })
}

/** `Name <local@domain>` or `local@domain`, one line, ASCII but for the name. */
const sender = /^(?:"?([^"<>\r\n]*?)"?\s*<(?=[^>]{3,254}>)([\w.+-]+@[a-z0-9.-]+)>|([\w.+-]+@[a-z0-9.-]+))$/i

const parseSender = (text: string): Config.Config<Sender> => {
  const [whole, name = "", bracketed, bare] = sender.exec(text.trim()) ?? []
  const address = bracketed ?? bare
  if (whole === undefined || address === undefined) {
    return wrong("MAIL_FROM: expected an address, or a name and an address like Shop <no-reply@shop.example>")
  }
  return Config.succeed({ name, address })
}

const mailFrom = Config.NonEmptyString("MAIL_FROM").pipe(Config.flatMap(parseSender))

/** The mail catcher that runs beside us, and a sender that only it accepts. */
const embedded = Config.all({
  server: Config.Port("CARILLON_SMTP_PORT").pipe(
    Config.withDefault(2525),
    Config.map((port): SmtpServer => ({ host: "127.0.0.1", port, tls: "off", login: Option.none() }))
  ),
  sender: mailFrom.pipe(Config.withDefault<Sender>({ name: "Carillon", address: "no-reply@localhost" }))
})

const outside = (url: Redacted.Redacted) =>
  Config.all({ server: parseServer(Redacted.value(url)), sender: mailFrom })

/** `SMTP_URL` and `MAIL_FROM`; where there is no URL, the catcher at `CARILLON_SMTP_PORT`. */
export const SmtpConfig = Config.option(Config.Redacted("SMTP_URL")).pipe(
  Config.flatMap((url) => (Option.isNone(url) ? embedded : outside(url.value)))
)
