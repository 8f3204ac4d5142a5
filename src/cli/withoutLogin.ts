/** Addresses as they may be shown. */

/** Each of the URLs, which commas part, without user and password. What is no URL is not shown at all. */
export const withoutLogin = (urls: string): string =>
  urls
    .split(",")
    .map((text) => {
      const url = URL.parse(text.trim())
      if (url === null) return "an address that is no URL"
      url.username = ""
      url.password = ""
      return url.href.replace(/\/$/, "")
    })
    .join(",")
