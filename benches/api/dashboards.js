// A dashboard's questions, at a steady rate, however long the answers take. Run by `./dev bench api`.
import http from "k6/http";
import { check } from "k6";

const { ADDRESS, TOKEN, RATE, SECONDS, TODAY } = __ENV;

export const options = {
  scenarios: {
    dashboards: {
      executor: "constant-arrival-rate",
      rate: Number(RATE),
      timeUnit: "1s",
      duration: `${SECONDS}s`,
      preAllocatedVUs: 100,
      maxVUs: 400,
    },
  },
  summaryTrendStats: ["avg", "med", "p(95)", "p(99)", "max"],
  discardResponseBodies: true,
  thresholds: { checks: ["rate==1"] },
};

const headers = { Authorization: `Bearer ${TOKEN}` };
const DAY = 86_400_000;
const today = Date.parse(TODAY);
const days = (back, length) => {
  const from = new Date(today - back * DAY).toISOString();
  const until = new Date(today - back * DAY + length * DAY).toISOString();
  return `from=${from}&until=${until}`;
};

// What a page of the dashboard asks, and how often of a hundred. Most people look at today, some at the last days, few
// at any day of the year.
const questions = [
  [30, () => `/api/v1/counts?${days(0, 1)}&bucket=1h`],
  [15, () => `/api/v1/counts?${days(0, 1)}&bucket=1h&group=camera`],
  [15, () => `/api/v1/counts?${days(6, 7)}&bucket=1d&compare=week`],
  [5, () => `/api/v1/counts?${days(29, 30)}&bucket=1d&group=camera`],
  [5, () => `/api/v1/counts?${days(Math.floor(Math.random() * 365), 1)}&bucket=1h`],
  [10, () => "/api/v1/occupancy"],
  [10, () => "/api/v1/cameras"],
  [5, () => `/api/v1/events?${days(0, 1)}&limit=50`],
  [5, () => `/api/v1/gaps?${days(6, 7)}&limit=50`],
];
const wheel = questions.flatMap(([share, path]) => Array(share).fill(path));

export default function () {
  const path = wheel[Math.floor(Math.random() * wheel.length)]();
  const answer = http.get(ADDRESS + path, { headers, tags: { name: path.split("?")[0] } });
  check(answer, { "is 200": (answer) => answer.status === 200 });
}
