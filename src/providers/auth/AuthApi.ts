/** The two requests that Auth answers: about one person, and about up to 100. */

import { Effect, Option, Schema } from "effect"
import { HttpClient, type HttpClientError, HttpClientRequest } from "effect/http"

import { type UserId } from "#schemas/Ids.ts"
import { type ProfileAnswer } from "#src/domain/profileAnswer.ts"
import { answerAbout, answersAbout } from "#src/providers/auth/authProfile.ts"
import { NoAnswer } from "#src/providers/auth/NoAnswer.ts"

export interface AuthApi {
  readonly one: (user: UserId) => Effect.Effect<ProfileAnswer, NoAnswer>
  /** At most 100. None: this Auth has no such endpoint. */
  readonly many: (
    users: ReadonlyArray<UserId>
  ) => Effect.Effect<Option.Option<ReadonlyMap<UserId, ProfileAnswer>>, NoAnswer>
}

const decodeOne = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Unknown))
const decodeMany = Schema.decodeUnknownOption(
  Schema.fromJsonString(Schema.Struct({ profiles: Schema.Array(Schema.Unknown) }))
)

const isLost = ({ reason }: HttpClientError.HttpClientError): boolean => reason._tag === "TransportError"

const toNoAnswer = (error: HttpClientError.HttpClientError): NoAnswer =>
  new NoAnswer({ why: isLost(error) ? "unreachable" : "unreadable" })

const readable = <A>(decoded: Option.Option<A>): Effect.Effect<A, NoAnswer> =>
  Effect.mapError(Effect.fromOption(decoded), () => new NoAnswer({ why: "unreadable" }))

/** Dots alone are resolved away in a path, even percent-encoded, and half a surrogate pair cannot be encoded. */
const canBeInPath = (user: string): boolean => user !== "." && user !== ".." && user.isWellFormed()

/** A span for each person would cost more than it says, and have the person's id in it. */
const isAboutOne = ({ method }: HttpClientRequest.HttpClientRequest): boolean => method === "GET"

/** `base` has no slash at its end. */
export const makeAuthApi = (base: string) =>
  Effect.map(HttpClient.HttpClient, (client): AuthApi => {
    const exchange = (request: HttpClientRequest.HttpClientRequest) =>
      client.execute(HttpClientRequest.acceptJson(request)).pipe(
        Effect.provideService(HttpClient.TracerDisabledWhen, isAboutOne),
        // The body is read whatever the status: only then is the connection free for the next.
        Effect.flatMap(({ status, text }) => Effect.map(text, (body) => ({ status, body }))),
        // The other side may have closed a connection that we kept alive. Both requests only read.
        Effect.retry({ times: 1, while: isLost }),
        Effect.mapError(toNoAnswer)
      )

    return {
      one: Effect.fnUntraced(function* (user) {
        if (!canBeInPath(user)) return "no_answer"
        const url = `${base}/api/v1/users/${encodeURIComponent(user)}/profile`
        const { body, status } = yield* exchange(HttpClientRequest.get(url))
        if (status === 404) return "nobody"
        if (status !== 200) return yield* new NoAnswer({ why: "status", status })
        return answerAbout(user, yield* readable(decodeOne(body)))
      }),
      many: Effect.fnUntraced(function* (users) {
        const { body, status } = yield* exchange(
          HttpClientRequest.post(`${base}/api/v1/users/profiles/batch`).pipe(
            HttpClientRequest.bodyJsonUnsafe({ user_ids: users })
          )
        )
        if (status === 404 || status === 405) return Option.none()
        if (status !== 200) return yield* new NoAnswer({ why: "status", status })
        const { profiles } = yield* readable(decodeMany(body))
        return Option.some(answersAbout(users, profiles))
      })
    }
  })
