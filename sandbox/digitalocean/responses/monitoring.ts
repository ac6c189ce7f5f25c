import type { Series } from "../models/metrics";
import type { AlertPolicy } from "../state";

/** In the form of Prometheus: values are texts. */
export function matrixBody(dropletId: number, series: readonly Series[]): object {
  const result = series.map(({ labels, values }) => ({
    metric: { host_id: String(dropletId), ...labels },
    values: values.map(([at, value]) => [at, String(value)]),
  }));
  return { status: "success", data: { resultType: "matrix", result } };
}

export function alertPolicyBody({ emails, slack, ...policy }: AlertPolicy): object {
  return { ...policy, alerts: { email: emails, slack } };
}
