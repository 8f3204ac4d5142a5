/* eslint-disable typescript/no-unsafe-assignment, typescript/strict-boolean-expressions, typescript/await-thenable -- a browser runs this as it is: JavaScript, without types */
// The list on the left, the reader on the right. Asks for news every second while it is looked at.

const PAGE = 100

const at = (id) => document.getElementById(id)
const state = { limit: PAGE, chosen: location.hash.slice(1), seen: "", mails: [], total: 0, tab: "html" }

const get = async (path) => {
  const answer = await fetch(path)
  if (!answer.ok) throw new Error(`${answer.status} ${path}`)
  return answer
}

const element = (tag, className, text) => {
  const made = document.createElement(tag)
  made.className = className
  made.textContent = text
  return made
}

const mailbox = ({ Name, Address }) => (Name ? `${Name} <${Address}>` : Address)
const mailboxes = (list) => list.map(mailbox).join(", ")

const when = (iso) => {
  const time = new Date(iso)
  const isToday = time.toDateString() === new Date().toDateString()
  return isToday ? time.toLocaleTimeString() : time.toLocaleDateString()
}

const matches = (mail) => {
  const wanted = at("search").value.trim().toLowerCase()
  return `${mail.Subject} ${mailbox(mail.From)} ${mailboxes(mail.To)}`.toLowerCase().includes(wanted)
}

const row = (mail) => {
  const button = element("button", mail.Read ? "" : "unread", "")
  button.type = "button"
  button.setAttribute("aria-current", String(mail.ID === state.chosen))
  button.append(
    element("span", "to", mailboxes(mail.To) || "(nobody)"),
    element("time", "when quiet", when(mail.Created)),
    element("span", "subject", mail.Subject || "(no subject)"),
    element("span", "snippet quiet", mail.Snippet)
  )
  button.addEventListener("click", () => (location.hash = mail.ID))
  const item = document.createElement("li")
  item.append(button)
  return item
}

const drawList = () => {
  at("list").replaceChildren(...state.mails.filter(matches).map(row))
  at("count").textContent = state.total === 1 ? "1 mail" : `${state.total} mails`
  at("empty").hidden = state.total > 0
  at("more").hidden = state.mails.length >= state.total
  at("clear").disabled = state.total === 0
}

const refresh = async () => {
  const text = await (await get(`/api/v1/messages?limit=${state.limit}`)).text()
  if (text === state.seen) return
  state.seen = text
  const { messages, total } = JSON.parse(text)
  Object.assign(state, { mails: messages, total })
  drawList()
}

const headerLines = (headers) =>
  Object.entries(headers)
    .flatMap(([name, values]) => values.map((value) => `${name}: ${value}`))
    .join("\n")

const plainTexts = {
  text: async (mail) => mail.Text || "(no text part)",
  headers: async (mail) => headerLines(await (await get(`/api/v1/message/${mail.ID}/headers`)).json()),
  source: async (mail) => (await get(`/api/v1/message/${mail.ID}/raw`)).text()
}

const drawTab = async () => {
  const { mail } = state
  const tab = state.tab === "html" && !mail.HTML ? "text" : state.tab
  for (const button of document.querySelectorAll("[data-tab]")) {
    button.setAttribute("aria-selected", String(button.dataset.tab === tab))
    button.disabled = button.dataset.tab === "html" && !mail.HTML
  }
  at("html").hidden = tab !== "html"
  at("plain").hidden = tab === "html"
  if (tab === "html") at("html").src = `/view/${mail.ID}`
  else at("plain").textContent = await plainTexts[tab](mail)
}

const entry = ([name, value]) => [element("dt", "", name), element("dd", "", value)]

const drawReader = async () => {
  const { mail } = state
  const lines = [
    ["From", mailbox(mail.From)],
    ["To", mailboxes(mail.To)],
    ["Cc", mailboxes(mail.Cc)],
    ["Reply to", mailboxes(mail.ReplyTo)],
    ["Date", new Date(mail.Date).toLocaleString()]
  ]
  at("subject").textContent = mail.Subject || "(no subject)"
  at("envelope").replaceChildren(...lines.filter(([, value]) => value).flatMap(entry))
  await drawTab()
}

const open = async () => {
  state.chosen = location.hash.slice(1)
  const answer = state.chosen ? await fetch(`/api/v1/message/${encodeURIComponent(state.chosen)}`) : undefined
  const found = answer?.ok === true
  document.body.classList.toggle("reading", found)
  at("reader").hidden = !found
  at("none").hidden = found
  if (found) {
    state.mail = await answer.json()
    await drawReader()
  }
  state.seen = ""
  await refresh()
}

const clear = async () => {
  if (!confirm("Delete all mails?")) return
  await fetch("/api/v1/messages", { method: "DELETE" })
  location.hash = ""
  await open()
}

for (const button of document.querySelectorAll("[data-tab]"))
  button.addEventListener("click", () => {
    state.tab = button.dataset.tab
    void drawTab()
  })
at("width").addEventListener("click", () => {
  const isPhone = at("frame").classList.toggle("phone")
  at("width").setAttribute("aria-pressed", String(isPhone))
})
at("more").addEventListener("click", () => {
  state.limit += PAGE
  void refresh()
})
at("back").addEventListener("click", () => (location.hash = ""))
at("clear").addEventListener("click", () => void clear())
at("search").addEventListener("input", drawList)
addEventListener("hashchange", () => void open())
// The catcher may be restarting: the next second asks again.
setInterval(() => document.hidden || refresh().catch(() => undefined), 1000)
void open()
