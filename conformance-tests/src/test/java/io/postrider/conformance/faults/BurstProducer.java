// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.faults;

import io.postrider.conformance.kit.Checker;
import io.postrider.conformance.kit.Copy;
import jakarta.jms.CompletionListener;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSProducer;
import jakarta.jms.JMSRuntimeException;
import jakarta.jms.Message;
import jakarta.jms.Queue;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Sends to some queues in turn as fast as the broker confirms, until it is told to stop or the connection breaks; nothing is sent
 * again. Owned by its own thread.
 */
final class BurstProducer implements Runnable {
    private static final int WINDOW = 400;
    private static final long CONFIRM_LIMIT_SECONDS = 30;

    private final String name;
    private final ConnectionFactory factory;
    private final Checker checker;
    private final List<String> queues;
    private final String filler;
    private final Semaphore room = new Semaphore(WINDOW);
    private volatile boolean isStopping;
    private volatile boolean isBroken;

    BurstProducer(String name, ConnectionFactory factory, Checker checker, List<String> queues, int fillerBytes) {
        this.name = name;
        this.factory = factory;
        this.checker = checker;
        this.queues = queues;
        this.filler = "f".repeat(fillerBytes);
    }

    void stop() {
        isStopping = true;
    }

    @Override
    public void run() {
        try (JMSContext context = factory.createContext()) {
            List<Queue> targets = new ArrayList<>();
            queues.forEach(queue -> targets.add(context.createQueue(queue)));
            JMSProducer producer = context.createProducer();
            if (!filler.isEmpty()) {
                producer.setProperty("filler", filler);
            }
            for (long number = 0; !isStopping && !isBroken && awaitRoom(); number++) {
                int index = (int) (number % targets.size());
                long sequence = number / targets.size() + 1;
                Copy copy = new Copy(name, queues.get(index), sequence, sequence);
                checker.sending(copy);
                producer.setAsync(listener(copy)).send(targets.get(index), copy.toString());
            }
        } catch (JMSRuntimeException brokenByTheKill) {
            isBroken = true;
        }
    }

    private boolean awaitRoom() {
        try {
            return room.tryAcquire(CONFIRM_LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private CompletionListener listener(Copy copy) {
        return new CompletionListener() {
            @Override
            public void onCompletion(Message message) {
                checker.confirmed(copy);
                room.release();
            }

            @Override
            public void onException(Message message, Exception exception) {
                isBroken = true;
                room.release();
            }
        };
    }
}
