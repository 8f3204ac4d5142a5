/** Names of the machine itself. */

/** `127.0.0.0/8`, `::1`, and the first as IPv6 writes it. */
export const isLoopbackAddress = (address: string): boolean =>
  /^(::ffff:)?127(\.\d{1,3}){3}$/.test(address) || address === "::1"

/** `localhost`, a loopback address; a name in brackets is IPv6. */
export const isLoopbackName = (name: string): boolean => {
  const bare = name.startsWith("[") && name.endsWith("]") ? name.slice(1, -1) : name
  return bare.toLowerCase() === "localhost" || isLoopbackAddress(bare)
}

/** The header `Host`, any port. A page that resolves its own name to 127.0.0.1 is told apart by it. */
export const isLoopbackHost = (host: string): boolean => isLoopbackName(host.replace(/:\d{1,5}$/, ""))

/** The header `Origin`; `null` is not one. */
export const isLoopbackOrigin = (origin: string): boolean => {
  const authority = /^https?:\/\/([^/]+)$/i.exec(origin)?.[1]
  return authority !== undefined && isLoopbackHost(authority)
}
