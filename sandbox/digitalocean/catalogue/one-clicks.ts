/** An application that the marketplace has as an image, or as an addition to a Kubernetes cluster. */
export interface OneClick {
  readonly slug: string;
  readonly type: "droplet" | "kubernetes";
}

/**
 * Some of the original's many, for clients that list them. None can be installed here: the sandbox has no images of
 * applications and no clusters, and says so.
 */
export const oneClicks: readonly OneClick[] = [
  { slug: "docker-20-04", type: "droplet" },
  { slug: "wordpress-20-04", type: "droplet" },
  { slug: "metrics-server", type: "kubernetes" },
  { slug: "monitoring", type: "kubernetes" },
];
