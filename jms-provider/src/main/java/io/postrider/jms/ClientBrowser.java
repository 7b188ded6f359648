// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms;

import io.postrider.jms.codec.AmqpFormatException;
import io.postrider.jms.destination.PostriderDestination;
import io.postrider.jms.error.JmsErrors;
import io.postrider.jms.message.MessageDecoder;
import io.postrider.jms.message.PostriderMessage;
import io.postrider.jms.message.ReceiveContext;
import io.postrider.jms.wire.Inbound;
import io.postrider.jms.wire.ReceiverListener;
import io.postrider.jms.wire.WireReceiver;
import jakarta.jms.IllegalStateException;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.Queue;
import jakarta.jms.QueueBrowser;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Enumeration;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * A browser. Each enumeration is a link of its own that is sent copies; it ends when the broker, asked to drain, has no
 * more. Used by its session's thread.
 */
final class ClientBrowser implements QueueBrowser {
    private final ClientSession session;
    private final Queue queue;
    private final PostriderDestination destination;
    private final @Nullable String selector;
    private @Nullable Cursor cursor;
    private boolean isClosed;

    ClientBrowser(ClientSession session, Queue queue, PostriderDestination destination, @Nullable String selector) {
        this.session = session;
        this.queue = queue;
        this.destination = destination;
        this.selector = selector;
    }

    @Override
    public Enumeration<Message> getEnumeration() throws JMSException {
        checkOpen();
        if (cursor != null) {
            cursor.close();
        }
        Cursor fresh = session.connection().retry(Cursor::new);
        cursor = fresh;
        return fresh;
    }

    @Override
    public Queue getQueue() throws JMSException {
        checkOpen();
        return queue;
    }

    @Override
    public @Nullable String getMessageSelector() throws JMSException {
        checkOpen();
        return selector;
    }

    @Override
    public void close() throws JMSException {
        isClosed = true;
        if (cursor != null) {
            cursor.close();
            cursor = null;
        }
    }

    private void checkOpen() throws JMSException {
        session.checkOpen();
        if (isClosed) {
            throw new IllegalStateException("The browser is closed");
        }
    }

    /** One walk over the queue. JMS wants an Enumeration. */
    @SuppressWarnings("JdkObsolete")
    private final class Cursor implements Enumeration<Message>, ReceiverListener {
        private final Deque<Inbound> arrived = new ArrayDeque<>();
        private final WireReceiver receiver;
        private final ReceiveContext context;
        private final int window;
        private @Nullable Message next;
        private boolean isAtEnd;

        Cursor() throws JMSException {
            ConsumerLinks.Plan plan = new ConsumerLinks(session.connection(), session.nextLinkId(), session.options())
                    .browse(destination, selector);
            context = new ReceiveContext(
                    destination,
                    session.prefixes(),
                    session.options().receiving().objects());
            window = Math.max(1, plan.prefetch());
            receiver = session.wire().receiver(plan.link(), this);
            if (session.isStarted()) {
                receiver.topUp(window, 0);
            } else {
                // A stopped connection shows no messages.
                isAtEnd = true;
            }
        }

        @Override
        public void delivered(Inbound inbound) {
            synchronized (arrived) {
                arrived.addLast(inbound);
            }
        }

        @Override
        public void ended(JMSException cause, boolean isByPeer) {
            if (isByPeer) {
                session.connection().report(cause);
            }
        }

        @Override
        public boolean hasMoreElements() {
            try {
                while (next == null && !isAtEnd) {
                    advance();
                }
            } catch (JMSException e) {
                throw JmsErrors.unchecked(e);
            }
            return next != null;
        }

        @Override
        public Message nextElement() {
            if (!hasMoreElements() || next == null) {
                throw new NoSuchElementException("No more messages in " + destination);
            }
            Message result = next;
            next = null;
            return result;
        }

        private void advance() throws JMSException {
            Inbound inbound = poll();
            if (inbound == null) {
                receiver.drain(
                        receiver.credit() == 0 ? 1 : 0,
                        session.options().timeouts().drainMs());
                inbound = poll();
            }
            if (inbound == null) {
                isAtEnd = true;
                close();
                return;
            }
            receiver.topUp(window, size());
            next = decode(inbound);
        }

        private @Nullable Inbound poll() {
            synchronized (arrived) {
                return arrived.pollFirst();
            }
        }

        private int size() {
            synchronized (arrived) {
                return arrived.size();
            }
        }

        /** The message, or null if it is to be skipped. */
        private @Nullable Message decode(Inbound inbound) {
            long nowMs = System.currentTimeMillis();
            try {
                PostriderMessage message = MessageDecoder.decode(inbound.encoded(), context, nowMs);
                boolean isExpired = message.expiresAtMs() != 0 && message.expiresAtMs() <= nowMs;
                return isExpired && session.options().receiving().isExpiryChecked() ? null : message;
            } catch (AmqpFormatException e) {
                JmsLog.messageRefused(destination.name(), String.valueOf(e.getMessage()));
                return null;
            }
        }

        private void close() throws JMSException {
            isAtEnd = true;
            receiver.close(true);
        }
    }
}
