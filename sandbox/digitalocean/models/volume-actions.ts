import { notFound, unprocessable } from "../errors";
import type { Context } from "../operations";
import type { Action, ActionInput, CloudState, Droplet, Volume } from "../state";
import { addAction, refuseWhenLocked, refuseWhenVolumeBusy } from "./actions";
import { tagNew } from "./tags";
import { largestVolumeGb } from "./volumes";

export interface VolumeActionRequest {
  readonly type: string;
  readonly droplet_id?: number | null | undefined;
  readonly size_gigabytes?: number | null | undefined;
  readonly region?: string | null | undefined;
  readonly tags?: readonly string[] | null | undefined;
}

/** DigitalOcean's description of its API says fifteen; it was seven for long. */
export const mostVolumes = 15;

/** Attaches, detaches or enlarges a volume. What is done in a droplet locks it meanwhile. */
export function startVolumeAction(
  draft: CloudState,
  volume: Volume,
  request: VolumeActionRequest,
  { now }: Context,
): Action {
  refuseWhenVolumeBusy(draft, volume.id);
  const { region } = request;
  if (region !== undefined && region !== null && region !== "" && region !== volume.region)
    throw unprocessable(`The volume is in ${volume.region}, not in ${region}.`);
  const { type, input } = plan(draft, volume, request);
  if (input.dropletId !== undefined) refuseWhenLocked(draft, input.dropletId);
  for (const tag of tagNew(draft, "volume", volume.id, request.tags ?? [])) {
    if (!volume.tags.includes(tag)) volume.tags.push(tag);
  }
  return addAction(draft, type, { kind: "volume", volumeId: volume.id }, { region: volume.region, now, input });
}

/** Whether volumes can be attached to a droplet that has some already. */
export function checkAttachable(volume: Volume, region: string, already: number): void {
  if (volume.dropletId !== undefined) throw unprocessable("This volume is already attached");
  if (volume.region !== region) throw unprocessable("The volume is in another region than the Droplet.");
  if (already >= mostVolumes) throw unprocessable(`A Droplet can have ${mostVolumes} volumes at most.`);
}

export function volumesOf(state: CloudState, dropletId: number): Volume[] {
  return state.volumes.filter((volume) => volume.dropletId === dropletId);
}

function plan(
  draft: CloudState,
  volume: Volume,
  request: VolumeActionRequest,
): { readonly type: string; readonly input: ActionInput } {
  switch (request.type) {
    case "attach": {
      const { id, region } = dropletOf(draft, request);
      checkAttachable(volume, region, volumesOf(draft, id).length);
      return { type: "attach_volume", input: { dropletId: id } };
    }
    case "detach": {
      const id = request.droplet_id ?? volume.dropletId;
      if (id === undefined || id !== volume.dropletId)
        throw notFound("error detaching volume from droplet: volume is not attached to droplet");
      return { type: "detach_volume", input: { dropletId: id } };
    }
    case "resize":
      return { type: "resize", input: resizeInput(volume, request) };
    default:
      throw unprocessable(`${request.type} is not a valid type of action: attach, detach or resize`);
  }
}

function dropletOf(draft: CloudState, { droplet_id: id }: VolumeActionRequest): Droplet {
  if (id === undefined || id === null) throw unprocessable("droplet_id is required");
  const droplet = draft.droplets.find((one) => one.id === id);
  if (droplet === undefined) throw notFound("Droplet not found.");
  return droplet;
}

function resizeInput({ sizeGb, dropletId }: Volume, { size_gigabytes: wanted }: VolumeActionRequest): ActionInput {
  if (wanted === undefined || wanted === null) throw unprocessable("size_gigabytes is required");
  if (wanted > largestVolumeGb) throw unprocessable(`size_gigabytes must be ${largestVolumeGb} at most`);
  if (wanted <= sizeGb) throw unprocessable(`A volume can only grow, and this one has ${sizeGb} GiB.`);
  return { sizeGb: wanted, ...(dropletId === undefined ? {} : { dropletId }) };
}
