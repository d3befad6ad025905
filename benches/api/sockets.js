// A thousand people who look on: how long a confirmed crossing takes to each of them. Run by `./dev bench socket`.
import { WebSocket } from "k6/experimental/websockets";
import { Counter, Trend } from "k6/metrics";

const { ADDRESS, CLIENTS, SECONDS } = __ENV;

export const options = {
  scenarios: {
    lookers: { executor: "per-vu-iterations", vus: Number(CLIENTS), iterations: 1, maxDuration: `${Number(SECONDS) + 60}s` },
  },
  summaryTrendStats: ["avg", "med", "p(95)", "p(99)", "max"],
};

const delay = new Trend("delay_ms");
const events = new Counter("events");
const opened = new Counter("opened");
const broken = new Counter("broken");

export default function () {
  const socket = new WebSocket(`${ADDRESS}/api/v1/live?kind=crossing`);
  const end = Date.now() + Number(SECONDS) * 1000;
  socket.addEventListener("open", () => {
    opened.add(1);
    setTimeout(() => socket.close(), end - Date.now());
  });
  socket.addEventListener("message", (message) => {
    const now = Date.now();
    const { event } = JSON.parse(message.data);
    if (event && event.confirmed_time) {
      events.add(1);
      delay.add(now - Date.parse(event.confirmed_time));
    }
  });
  socket.addEventListener("error", () => broken.add(1));
}
