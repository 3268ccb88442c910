import type { World } from "./world.ts";
import type { SimMesh } from "./sim-mesh.ts";
import { wallAt, type SimMember } from "./sim-member.ts";

const HOUR_MS = 3_600_000;
/** Announcements are refreshed at half of their day. */
const REFRESH_MS = 12 * HOUR_MS;
/** Load of a volunteer crosses a step of a tenth so often in an hour: as many as a home's evening has. */
const LOAD_CHANGES = 4;

/** Schedules what members announce in so many hours where nothing happens. */
export function scheduleRest(world: World, mesh: SimMesh, hours: number): void {
  const lengthMs = hours * HOUR_MS;
  const at = (member: SimMember, delayMs: number, publish: () => void): void => {
    if (delayMs < lengthMs)
      mesh.queue.after(delayMs, () => {
        if (member.online) publish();
      });
  };
  for (const member of mesh.members) {
    const { person } = member;
    at(member, world.random.fraction() * REFRESH_MS, () =>
      mesh.publish(member, [world.announcement(mesh, member)]),
    );
    if (!person.isVolunteer) continue;
    for (let change = 0; change < LOAD_CHANGES * hours; change++) {
      const load = world.random.fraction();
      at(member, world.random.fraction() * lengthMs, () =>
        mesh.publish(member, [world.population.relay(person, load, wallAt(mesh.queue.now))]),
      );
    }
  }
}
