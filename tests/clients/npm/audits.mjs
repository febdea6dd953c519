// The audits of GraphQL over HTTP that graphql-http has: the name and the reason of each that is not passed.

import { serverAudits } from "graphql-http";

import { print, told } from "./exercise.mjs";

const audits = serverAudits({ url: told.url, fetchFn: fetch });
const results = await Promise.all(audits.map((audit) => audit.fn()));
const open = results.filter((result) => result.status !== "ok");
print({ audits: audits.length, open: Object.fromEntries(open.map(({ name, reason }) => [name, reason])) });
