import type { ControlPlane } from "../../agent/control/plane.ts";
import {
  ANSWER_KIND,
  type AnswerTo,
  type Failure,
  type RequestBody,
  type ResponseBody,
} from "../../protocol/frame-body.ts";
import { decoded, refused, type Decoded } from "../../protocol/decoded.ts";
import type { MemberId } from "../../protocol/ids.ts";

/** Other members, as seen through the control plane: what each is asked, and what it answers. */
export class ControlStub implements Pick<ControlPlane, "connected" | "reach" | "request"> {
  readonly asked: { readonly id: MemberId; readonly body: RequestBody }[] = [];
  /** A failure's code is what the asking side gets as the reason. */
  readonly answerBy = new Map<MemberId, (body: RequestBody) => ResponseBody | Failure>();

  readonly refusalBy = new Map<MemberId, (body: RequestBody) => string | undefined>();

  connected(): readonly MemberId[] {
    return [...this.answerBy.keys()];
  }

  reach(id: MemberId): Promise<boolean> {
    return Promise.resolve(this.answerBy.has(id) || this.refusalBy.has(id));
  }

  request<Body extends RequestBody>(id: MemberId, body: Body): Promise<Decoded<AnswerTo<Body>>> {
    this.asked.push({ id, body });
    const refusal = this.refusalBy.get(id)?.(body);
    if (refusal !== undefined) return Promise.resolve(refused(refusal));
    const answer = this.answerBy.get(id)?.(body);
    if (answer?.kind === "failure") return Promise.resolve(refused(answer.code));
    return Promise.resolve(
      answer !== undefined && isAnswerTo(body, answer) ? decoded(answer) : refused("not-connected"),
    );
  }
}

function isAnswerTo<Body extends RequestBody>(body: Body, answer: ResponseBody): answer is AnswerTo<Body> {
  return answer.kind === ANSWER_KIND[body.kind];
}
