// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.explain;

import io.postrider.store.dispatch.ConsumerView;
import io.postrider.store.dispatch.QueueView;
import java.util.List;
import java.util.function.LongFunction;

/** Why nothing comes out of a queue or subscription. Stateless. */
public final class QueueReason {
    private QueueReason() {}

    /** Whether the answer needs a look at the next messages: all who could take them have selectors. */
    public static boolean needsSample(QueueView view) {
        List<ConsumerView> able = able(view);
        return view.ready() > 0
                && !view.isHeldUp()
                && !view.isPaused()
                && !able.isEmpty()
                && able.stream().allMatch(each -> each.selector() != null);
    }

    /** Those who could be handed a message now. */
    public static List<ConsumerView> able(QueueView view) {
        return view.takers().stream()
                .filter(each -> each.credit() > 0
                        && !each.isPaused()
                        && !each.isStopped()
                        && !each.isWaiting()
                        && !each.isAtUnsettledLimit())
                .toList();
    }

    /**
     * The answer without a sample.
     *
     * @param time how a wall clock is written
     */
    public static String of(QueueView view, LongFunction<String> time) {
        if (view.depth() == 0) {
            return "There are no messages.";
        }
        String numbers = numbers(view);
        List<ConsumerView> takers = view.takers();
        if (view.ready() == 0) {
            return numbers + ": " + withoutReady(view, time);
        }
        if (view.isPaused()) {
            return numbers + ": an operator has paused it; postrider queue resume lets it go on.";
        }
        if (view.isHeldUp()) {
            return numbers + ": nothing is handed out until the log has what a consumer that left said.";
        }
        if (takers.isEmpty()) {
            return numbers + ": "
                    + (view.consumers().isEmpty()
                            ? "no consumer is attached."
                            : "no consumer is attached that takes them; "
                                    + view.consumers().size() + " browse or ask for what was put aside.");
        }
        List<ConsumerView> able = able(view);
        if (able.isEmpty()) {
            return numbers + ": " + unable(takers);
        }
        return numbers + ": " + count(able.size(), "consumer") + " of " + takers.size()
                + " can take them now, so they are on their way"
                + (view.isKeyed() ? ", except those of a group or partition of another consumer." : ".");
    }

    /** The answer where the next messages were looked at: how many of them somebody who is able takes. */
    public static String ofSample(QueueView view, int looked, int matching) {
        List<ConsumerView> able = able(view);
        String numbers = numbers(view);
        if (matching > 0) {
            return numbers + ": of the next " + looked + " ready ones " + matching
                    + " match a selector of a consumer that can take them, so these are on their way.";
        }
        String who = able.size() == 1 && view.takers().size() == 1
                ? "the only consumer " + able.get(0).name() + " has the selector "
                        + able.get(0).selector()
                : "all " + able.size() + " consumers that could take them have selectors";
        return numbers + ": " + who + ", and none of the next " + looked + " ready ones matches.";
    }

    private static String withoutReady(QueueView view, LongFunction<String> time) {
        StringBuilder text = new StringBuilder("nothing is ready");
        if (view.delayed() > 0 && view.nextDueMs() != Long.MAX_VALUE) {
            text.append("; the first of those that wait is due at ").append(time.apply(view.nextDueMs()));
        }
        if (view.unsettled() > 0) {
            List<ConsumerView> holders = view.consumers().stream()
                    .filter(each -> each.unsettled() > 0)
                    .toList();
            text.append("; ").append(count(holders.size(), "consumer")).append(" have not settled what they hold");
        }
        if (view.deferred() > 0) {
            text.append("; what is aside waits until somebody asks for its token");
        }
        return text.append('.').toString();
    }

    private static String unable(List<ConsumerView> takers) {
        long held = takers.stream().mapToLong(ConsumerView::unsettled).sum();
        if (takers.stream().allMatch(ConsumerView::isAtUnsettledLimit)) {
            return "all " + count(takers.size(), "consumer") + " hold as many unsettled ones as one may, " + held
                    + " together.";
        }
        if (takers.stream().allMatch(each -> each.credit() <= 0)) {
            return "no consumer has credit; " + count(takers.size(), "consumer")
                    + (takers.size() == 1 ? " holds " : " hold ") + held + " unsettled ones.";
        }
        if (takers.stream().allMatch(ConsumerView::isStopped)) {
            return "an operator has paused " + (takers.size() == 1 ? "the only consumer." : "all consumers.");
        }
        if (takers.stream().allMatch(ConsumerView::isWaiting)) {
            return "one consumer at a time is active here, and the next one waits until " + held
                    + " unsettled ones of the others are settled.";
        }
        if (takers.stream().anyMatch(ConsumerView::isWaiting)) {
            ConsumerView active = takers.stream()
                    .filter(each -> !each.isWaiting())
                    .findFirst()
                    .orElseThrow();
            return "only " + active.name() + " is active here, and it "
                    + (active.isStopped() ? "is paused by an operator." : "has no credit or waits for the log.");
        }
        return "the consumers with credit are paused, or wait until the log has their last failed outcomes.";
    }

    static String numbers(QueueView view) {
        StringBuilder text = new StringBuilder();
        text.append(view.ready()).append(" ready, ").append(view.unsettled()).append(" unsettled");
        if (view.delayed() > 0) {
            text.append(", ").append(view.delayed()).append(" waiting for their time");
        }
        if (view.deferred() > 0) {
            text.append(", ").append(view.deferred()).append(" put aside");
        }
        return text.toString();
    }

    static String count(long count, String thing) {
        return count + " " + thing + (count == 1 ? "" : "s");
    }
}
