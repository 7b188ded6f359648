// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.explain;

import io.postrider.store.dispatch.ConsumerView;
import io.postrider.store.dispatch.PlaceView;
import java.util.function.LongFunction;

/** Why one message is where it is. Stateless. */
public final class MessageReason {
    private MessageReason() {}

    /**
     * @param end the offset that the next message gets
     * @param queue why nothing moves there, for a message that is ready
     * @param time how a wall clock is written
     */
    public static String of(long offset, PlaceView place, long end, String queue, LongFunction<String> time) {
        String name = "Offset " + offset;
        ConsumerView holder = place.holder();
        return switch (place.standing()) {
            case NOT_YET -> name + " is not there yet: the next message gets " + end + ".";
            case GONE ->
                name + " is done here: accepted, expired, purged or moved, or it was never meant for this one.";
            case ASIDE ->
                name + " was put aside under the token '" + place.token() + "'" + attempts(place)
                        + ", and waits until somebody asks for it.";
            case WAITING ->
                name + " waits "
                        + (place.attempts() == 0
                                ? "for its time until "
                                : "for its " + ordinal(place.attempts() + 1) + " attempt until ")
                        + time.apply(place.dueMs()) + ".";
            case OUT ->
                name + " is with consumer " + (holder == null ? "of a transaction" : holder.name())
                        + ", which has not settled it" + attempts(place) + ".";
            case ENDING -> name + " is about to leave or to come back: the log is asked.";
            case READY -> name + " is ready" + attempts(place) + ", with " + place.before() + " before it. " + queue;
        };
    }

    private static String attempts(PlaceView place) {
        return place.attempts() == 0 ? "" : ", after " + QueueReason.count(place.attempts(), "failed attempt");
    }

    private static String ordinal(int number) {
        int tens = number % 100;
        String ending = tens >= 11 && tens <= 13
                ? "th"
                : switch (number % 10) {
                    case 1 -> "st";
                    case 2 -> "nd";
                    case 3 -> "rd";
                    default -> "th";
                };
        return number + ending;
    }
}
