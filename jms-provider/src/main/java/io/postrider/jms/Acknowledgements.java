// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms;

import io.postrider.jms.message.PostriderMessage;
import io.postrider.jms.message.PropertyNames;
import io.postrider.jms.wire.Inbound;
import io.postrider.jms.wire.WireOutcome;
import jakarta.jms.JMSException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Messages of a session that were handed to the application and have no outcome yet, and how they get one. Any thread;
 * the network is never touched under the lock of this object.
 */
final class Acknowledgements {
    private static final int BATCH_MAX = 64;

    private final ClientSession session;
    private final AckMode mode;
    private final boolean isConfirmed;
    private final long timeoutMs;

    // Guarded by this.
    private final Set<Arrival> open = new LinkedHashSet<>();
    /** The message a listener is busy with, in the modes in which the session acknowledges. */
    private @Nullable Arrival current;

    private List<Inbound> batch = new ArrayList<>();

    /** @param isConfirmed whether acknowledge waits until the broker has made it durable */
    Acknowledgements(ClientSession session, AckMode mode, boolean isConfirmed, long timeoutMs) {
        this.session = session;
        this.mode = mode;
        this.isConfirmed = isConfirmed;
        this.timeoutMs = timeoutMs;
    }

    /** The application is about to see the message. */
    void begin(Arrival arrival) {
        if (arrival.inbound.isPresettled()) {
            return;
        }
        synchronized (this) {
            arrival.isUnacknowledged = true;
            if (mode.keepsOpen() && !session.isBetweenBranches()) {
                open.add(arrival);
            } else {
                current = arrival;
            }
        }
        PostriderMessage message = arrival.message;
        if (mode.isManual() && message != null) {
            message.setAcknowledger(() -> acknowledge(arrival));
        }
    }

    /**
     * The application has seen the message: receive is about to return it, or its listener has returned.
     *
     * @param hasFailed whether the listener threw
     */
    void end(Arrival arrival, boolean hasFailed) throws JMSException {
        if (arrival.inbound.isPresettled() || isKeptOpen(arrival)) {
            arrival.consumer.topUp();
            return;
        }
        synchronized (this) {
            if (!arrival.isUnacknowledged) {
                // Recovered while its listener ran: it is in the buffer again.
                return;
            }
            arrival.isUnacknowledged = false;
            current = null;
        }
        if (hasFailed) {
            noteDelay(arrival);
            arrival.consumer.settle(arrival, WireOutcome.FAILED);
        } else if (mode == AckMode.DUPS_OK) {
            addToBatch(arrival);
        } else {
            arrival.consumer.settle(arrival, WireOutcome.ACCEPTED);
        }
        arrival.consumer.detachIfDone();
    }

    private synchronized boolean isKeptOpen(Arrival arrival) {
        return mode.keepsOpen() && (mode != AckMode.TRANSACTED || current != arrival);
    }

    private void addToBatch(Arrival arrival) throws JMSException {
        List<Inbound> full;
        synchronized (this) {
            batch.add(arrival.inbound);
            if (batch.size() < BATCH_MAX && arrival.consumer.hasBuffered()) {
                return;
            }
            full = batch;
            batch = new ArrayList<>();
        }
        settle(full);
        arrival.consumer.topUp();
    }

    /** Sends what DUPS_OK has saved up. */
    void flush() throws JMSException {
        List<Inbound> rest;
        synchronized (this) {
            rest = batch;
            batch = new ArrayList<>();
        }
        if (!rest.isEmpty()) {
            settle(rest);
        }
    }

    private void settle(List<Inbound> inbounds) throws JMSException {
        session.connection().tolerate(() -> session.wire().settle(inbounds, WireOutcome.ACCEPTED));
    }

    /** The connection is lost: the broker has taken everything back, and an acknowledgement has nothing to say. */
    synchronized void forgetAll() {
        takeAll();
        batch = new ArrayList<>();
    }

    /** The application acknowledges a message, and with it, unless each goes by itself, all the session has delivered. */
    private void acknowledge(Arrival arrival) throws JMSException {
        session.checkOpen();
        PostriderMessage message = arrival.message;
        WireOutcome outcome = message == null ? WireOutcome.ACCEPTED : outcome(message);
        noteDelay(arrival);
        List<Arrival> done = new ArrayList<>();
        synchronized (this) {
            if (mode == AckMode.INDIVIDUAL) {
                if (open.remove(arrival)) {
                    done.add(arrival);
                }
            } else {
                done.addAll(open);
                open.clear();
            }
            done.forEach(one -> one.isUnacknowledged = false);
        }
        settle(done, outcome);
        for (Arrival one : done) {
            one.consumer.detachIfDone();
        }
    }

    private void settle(List<Arrival> arrivals, WireOutcome outcome) throws JMSException {
        List<Inbound> inbounds = new ArrayList<>(arrivals.size());
        for (Arrival arrival : arrivals) {
            inbounds.add(arrival.inbound);
        }
        if (inbounds.isEmpty()) {
            return;
        }
        session.connection().tolerate(() -> {
            if (isConfirmed && outcome == WireOutcome.ACCEPTED) {
                session.wire().confirm(inbounds, outcome, timeoutMs);
            } else {
                session.wire().settle(inbounds, outcome);
            }
        });
    }

    /** Remembers how long the application has a message wait, should it be given back as failed. */
    private static void noteDelay(Arrival arrival) {
        PostriderMessage message = arrival.message;
        if (message != null) {
            arrival.inbound.retryAfterMs(message.retryDelayMs());
        }
    }

    private static WireOutcome outcome(PostriderMessage message) throws JMSException {
        if (!message.propertyExists(PropertyNames.ACK_TYPE)) {
            return WireOutcome.ACCEPTED;
        }
        int type = message.getIntProperty(PropertyNames.ACK_TYPE);
        return switch (type) {
            case 1 -> WireOutcome.ACCEPTED;
            case 2 -> WireOutcome.REJECTED;
            case 3 -> WireOutcome.RELEASED;
            case 4 -> WireOutcome.FAILED;
            case 5 -> WireOutcome.FAILED_HERE;
            default -> throw new JMSException("Expected " + PropertyNames.ACK_TYPE + " to be 1 to 5, but got " + type);
        };
    }

    /** Takes every message without an outcome, oldest first, to deliver it again. */
    synchronized List<Arrival> takeAll() {
        List<Arrival> all = new ArrayList<>(open);
        open.clear();
        if (current != null) {
            all.add(current);
            current = null;
        }
        for (Arrival one : all) {
            one.isUnacknowledged = false;
            noteDelay(one);
        }
        return all;
    }

    synchronized boolean hasOpen(ClientConsumer consumer) {
        if (current != null && current.consumer == consumer) {
            return true;
        }
        for (Arrival arrival : open) {
            if (arrival.consumer == consumer) {
                return true;
            }
        }
        return false;
    }

    /** Gives every message without an outcome back as a failed attempt. */
    void failAll() throws JMSException {
        flush();
        settle(takeAll(), WireOutcome.FAILED);
    }
}
