// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.faults;

import io.postrider.conformance.kit.Checker;
import io.postrider.conformance.kit.Copy;
import jakarta.jms.CompletionListener;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends persistent messages to several destinations in turn, a window of them at a time without waiting. What is in doubt
 * when the connection breaks is sent again, in order, before anything new.
 */
final class JmsProducerWorker extends JmsWorker {
    private static final int WINDOW = 16;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final long COMPLETION_LIMIT_MS = 20_000;

    private final List<String> destinations;
    private final String filler;
    private final Map<String, Long> lastSequence = new HashMap<>();
    private final Map<String, Long> lastNumber = new HashMap<>();
    /** Sent on the present connection and not answered, in the order sent. Changed by the listener's thread too. */
    private final Map<Long, Copy> unanswered = new ConcurrentHashMap<>();

    private final Deque<Copy> doubtful = new ArrayDeque<>();
    private long sends;

    JmsProducerWorker(String name, Server server, Checker checker, List<String> destinations) {
        this(name, server, checker, destinations, 0);
    }

    /** @param fillerBytes size of what each message carries beside its text */
    JmsProducerWorker(String name, Server server, Checker checker, List<String> destinations, int fillerBytes) {
        super(name, server, checker);
        this.destinations = destinations;
        this.filler = "f".repeat(fillerBytes);
    }

    @Override
    boolean isFinished() {
        return doubtful.isEmpty() && unanswered.isEmpty();
    }

    @Override
    void work(Connection connection) throws JMSException {
        Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
        Map<String, MessageProducer> producers = new HashMap<>();
        for (String destination : destinations) {
            producers.put(destination, session.createProducer(Destinations.of(session, destination)));
        }
        connected();
        Window window = new Window();
        try {
            while (!isStopping() || !doubtful.isEmpty()) {
                Copy copy = doubtful.isEmpty() ? next() : again(doubtful.peek());
                window.awaitRoom();
                send(session, producers.get(copy.destination()), copy, window);
                LockSupport.parkNanos(PAUSE_NANOS);
            }
            window.awaitEmpty();
        } finally {
            returnUnanswered();
        }
    }

    private void send(Session session, MessageProducer producer, Copy copy, Window window) throws JMSException {
        Message message = session.createTextMessage(copy.toString());
        if (!filler.isEmpty()) {
            message.setStringProperty("filler", filler);
        }
        long key = sends++;
        checker.sending(copy);
        unanswered.put(key, copy);
        if (!doubtful.isEmpty()) {
            doubtful.remove();
        }
        producer.send(message, window.listener(key, copy));
    }

    /** Puts what was not answered in front of what was still to be sent again: that is the order of the sequences. */
    private void returnUnanswered() {
        List<Long> keys = new ArrayList<>(unanswered.keySet());
        keys.sort(Comparator.reverseOrder());
        for (Long key : keys) {
            Copy copy = unanswered.remove(key);
            if (copy != null) {
                doubtful.addFirst(copy);
            }
        }
    }

    private Copy next() {
        String destination = destinations.get((int) (sends % destinations.size()));
        long sequence = lastSequence.merge(destination, 1L, Long::sum);
        return new Copy(name, destination, sequence, lastNumber.merge(destination, 1L, Long::sum));
    }

    private Copy again(Copy copy) {
        long number = lastNumber.merge(copy.destination(), 1L, Long::sum);
        return new Copy(name, copy.destination(), copy.sequence(), number);
    }

    /** The sends under way on one connection. */
    private final class Window {
        private final Semaphore room = new Semaphore(WINDOW);
        private volatile Exception failure;

        CompletionListener listener(long key, Copy copy) {
            return new CompletionListener() {
                @Override
                public void onCompletion(Message message) {
                    checker.confirmed(copy);
                    unanswered.remove(key);
                    room.release();
                }

                @Override
                public void onException(Message message, Exception exception) {
                    failure = exception;
                    room.release();
                }
            };
        }

        void awaitRoom() throws JMSException {
            await(1);
            room.release();
        }

        void awaitEmpty() throws JMSException {
            await(WINDOW);
        }

        private void await(int permits) throws JMSException {
            try {
                if (!room.tryAcquire(permits, COMPLETION_LIMIT_MS, TimeUnit.MILLISECONDS)) {
                    throw new JMSException("Expected an answer to a send within " + COMPLETION_LIMIT_MS + " ms");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
            if (failure != null) {
                throw new JMSException("A send failed: " + failure);
            }
        }
    }
}
