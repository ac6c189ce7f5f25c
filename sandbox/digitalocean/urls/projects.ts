import type { FastifyInstance } from "fastify";
import { z } from "zod";

import type { Cloud } from "../cloud";
import {
  assignResources,
  createProject,
  deleteProject,
  getProject,
  resourcesOf,
  updateProject,
} from "../models/projects";
import { originOf, page } from "../pagination";
import { bodyOf, parameter } from "../request";
import { projectBody, projectResourceBody } from "../responses/projects";

const newProject = z.object({
  name: z.string(),
  description: z.string().max(255).optional(),
  purpose: z.string().max(255),
  environment: z.string().optional(),
});
/** A PUT has to say everything. */
const wholeProject = newProject.extend({ is_default: z.boolean() }).required();
/** A PATCH says what changes. What is null does not: godo's clients send it so. */
const changedProject = z.preprocess(withoutNulls, wholeProject.partial());
const members = z.object({ resources: z.array(z.string()) });

export function projectRoutes(app: FastifyInstance, cloud: Cloud): void {
  app.get("/projects", (request) =>
    page(request, "projects", cloud.state.projects, (project) => projectBody(cloud.state, project)),
  );

  app.post("/projects", async (request, reply) => {
    const input = bodyOf(request, newProject);
    const project = await cloud.change((draft, { now }) => createProject(draft, input, now));
    return reply.status(201).send({ project: projectBody(cloud.state, project) });
  });

  app.get("/projects/:project", (request) => ({
    project: projectBody(cloud.state, getProject(cloud.state, parameter(request, "project"))),
  }));

  for (const [method, schema] of [
    ["PUT", wholeProject],
    ["PATCH", changedProject],
  ] as const) {
    app.route({
      method,
      url: "/projects/:project",
      handler: async (request) => {
        const input = bodyOf(request, schema);
        const id = parameter(request, "project");
        const project = await cloud.change((draft, { now }) => updateProject(draft, id, input, now));
        return { project: projectBody(cloud.state, project) };
      },
    });
  }

  app.delete("/projects/:project", async (request, reply) => {
    await cloud.change((draft) => {
      deleteProject(draft, parameter(request, "project"));
    });
    return reply.status(204).send();
  });

  app.get("/projects/:project/resources", (request) => {
    const project = getProject(cloud.state, parameter(request, "project"));
    return page(request, "resources", resourcesOf(cloud.state, project), (resource) =>
      projectResourceBody(resource, originOf(request)),
    );
  });

  app.post("/projects/:project/resources", async (request) => {
    const { resources } = bodyOf(request, members);
    const id = parameter(request, "project");
    const assigned = await cloud.change((draft, { now }) => assignResources(draft, id, resources, now));
    return { resources: assigned.map((resource) => projectResourceBody(resource, originOf(request))) };
  });
}

function withoutNulls(body: unknown): unknown {
  if (typeof body !== "object" || body === null) return body;
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
}
