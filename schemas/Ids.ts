/** Branded identifiers: build one with `.make` or a decoder, never with a cast. */

import { Schema } from "effect"

/** 1–100 characters that are safe in a log line and can be encoded into a subject. */
const foreignId = Schema.String.check(
  // oxlint-disable-next-line no-control-regex -- they are what it refuses; `\p{Cc}` is unknown to the test generator
  Schema.isPattern(/^[^\s*>\u0000-\u001f\u007f-\u009f]{1,100}$/, {
    message: "expected 1 to 100 characters without white space, control characters, * and >"
  })
)

/** Both cases by name: the test generator cannot read the flag `i`, and would never make one. */
const uuid = Schema.String.check(
  Schema.isPattern(/^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$/, {
    message: "expected a uuid"
  })
)

/** The tenant; strict, because it is a token of subjects. */
export const OrganizationId = Schema.String.check(
  Schema.isPattern(/^[a-z0-9][a-z0-9_-]{0,49}$/, {
    message: "expected 1 to 50 characters of a-z, 0-9, _ and -, the first a letter or digit"
  })
).pipe(Schema.brand("OrganizationId"))
export type OrganizationId = typeof OrganizationId.Type

/** The organization of everything until others are made. */
export const defaultOrganization = OrganizationId.make("default")

/** 1–100 characters: lower-case tokens joined by single dots, so that it can end a subject. */
export const EventType = Schema.String.check(
  Schema.isPattern(/^(?=.{1,100}$)[a-z0-9][a-z0-9_-]*(\.[a-z0-9][a-z0-9_-]*)*$/, {
    message: "expected tokens of a-z, 0-9, _ and -, joined by single dots, at most 100 characters"
  })
).pipe(Schema.brand("EventType"))
export type EventType = typeof EventType.Type

/** The person a message is for; `user_id` in the contracts. */
export const UserId = foreignId.pipe(Schema.brand("UserId"))
export type UserId = typeof UserId.Type

export const TemplateCode = foreignId.pipe(Schema.brand("TemplateCode"))
export type TemplateCode = typeof TemplateCode.Type

export const CampaignId = foreignId.pipe(Schema.brand("CampaignId"))
export type CampaignId = typeof CampaignId.Type

export const ExecutionId = foreignId.pipe(Schema.brand("ExecutionId"))
export type ExecutionId = typeof ExecutionId.Type

/** Chosen by the publisher; unique within the organization for 400 days. */
export const EventId = uuid.pipe(Schema.brand("EventId"))
export type EventId = typeof EventId.Type

/**
 * Derived from cause, recipient, channel and step, so a retry names the same job. It is the
 * primary key of the ledger's row, the Message-ID and the idempotency key at the provider.
 */
export const JobId = uuid.pipe(Schema.brand("JobId"))
export type JobId = typeof JobId.Type

/** Drawn once for each process; host and pid repeat in containers. */
export const WorkerId = uuid.pipe(Schema.brand("WorkerId"))
export type WorkerId = typeof WorkerId.Type

export const DeadLetterId = uuid.pipe(Schema.brand("DeadLetterId"))
export type DeadLetterId = typeof DeadLetterId.Type

/** Part of the key itself; says nothing of its secret. */
export const ApiKeyId = Schema.String.check(
  Schema.isPattern(/^key_[0-9a-f]{20}$/, { message: "expected the id of a key" })
).pipe(Schema.brand("ApiKeyId"))
export type ApiKeyId = typeof ApiKeyId.Type
