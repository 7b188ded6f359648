// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.engine;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedShort;
import org.apache.qpid.proton.amqp.security.SaslFrameBody;
import org.apache.qpid.proton.amqp.transport.AmqpError;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Begin;
import org.apache.qpid.proton.amqp.transport.Close;
import org.apache.qpid.proton.amqp.transport.ConnectionError;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.End;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.Open;
import org.jspecify.annotations.Nullable;

/**
 * The accepting side of one AMQP 1.0 connection (AMQP 1.0 §2.4). Owned by the connection's event loop; no method may be
 * called from another thread.
 *
 * <p><b>Turns.</b> The owner gives bytes to {@link #input}; the engine checks them, changes its state and calls the {@link
 * EngineListener} and the links' handlers. Answers are gathered and written by {@link #turnEnd}, so that a burst of input
 * costs one write.
 *
 * <p><b>Errors.</b> What the peer does wrong ends as much as AMQP 1.0 §2.8.15–18 says: the link, the session or the
 * connection; nothing is thrown to the owner for it.
 */
public final class AmqpEngine {
    private static final int SASL_FRAME_BYTES_MAX = 64 * 1024;
    private static final int SENT_FRAME_BYTES_MAX = 256 * 1024;
    private static final int ERROR_TEXT_LENGTH_MAX = 300;

    private static final int OPEN = 0x10;
    private static final int CLOSE = 0x18;
    private static final int TRANSFER = 0x14;
    private static final int DISPOSITION = 0x15;
    private static final int SASL_INIT = 0x41;
    private static final int SASL_RESPONSE = 0x43;

    private enum Phase {
        HEADER,
        SASL,
        HEADER_AFTER_SASL,
        AWAIT_OPEN,
        OPEN,
        CLOSE_SENT,
        ENDED
    }

    private final EngineSettings settings;
    private final EngineListener listener;
    private final Output output;
    private final PerformativeCodec codec;
    private final FrameReader reader;
    private final FrameWriter writer;
    private final FieldScanner fields = new FieldScanner();
    private final TransferFrame transfer = new TransferFrame();
    private final DispositionFrame disposition = new DispositionFrame();
    private final List<EngineSession> due = new ArrayList<>();
    private final SessionTable sessions;
    private long assembledBytes;
    private Phase phase = Phase.HEADER;
    private boolean isOpenSent;
    private boolean isOpenReceived;
    private boolean isInputDropped;
    /** The link whose attach must be answered before the transfer that was pipelined behind it is looked at. */
    private @Nullable EngineLink awaited;

    public AmqpEngine(EngineSettings settings, EngineListener listener, Output output, PerformativeCodec codec) {
        this.settings = settings;
        this.listener = listener;
        this.output = output;
        this.codec = codec;
        this.reader = new FrameReader(new Frames(), Math.min(SASL_FRAME_BYTES_MAX, settings.frameBytesMax()));
        this.writer = new FrameWriter(output, codec);
        this.sessions = new SessionTable(settings.channelMax());
    }

    public EngineSettings settings() {
        return settings;
    }

    EngineListener listener() {
        return listener;
    }

    /** Whether both opens have been exchanged and nobody has closed. */
    public boolean isOpen() {
        return phase == Phase.OPEN && isOpenSent;
    }

    /** Whether both sides have closed, or one has and nothing more is expected of the other. */
    public boolean isEnded() {
        return phase == Phase.ENDED;
    }

    /** Whether the peer's open has arrived. */
    public boolean isOpenReceived() {
        return isOpenReceived;
    }

    /** Takes all of the bytes that arrived. */
    public void input(ByteBuffer bytes) {
        if (isInputDropped) {
            bytes.position(bytes.limit());
            return;
        }
        try {
            reader.read(bytes);
        } catch (ProtocolException e) {
            fail(e);
        }
    }

    /** Keeps input back while the owner decides about the peer; everything pipelined behind waits. */
    public void pauseInput() {
        reader.pause();
    }

    public void resumeInput() {
        if (isInputDropped) {
            return;
        }
        try {
            reader.resume();
        } catch (ProtocolException e) {
            fail(e);
        }
    }

    /** Writes what gathered during the turn and hands it to the output. */
    public void turnEnd() {
        EngineLink link = awaited;
        if (link != null && !link.isAwaited()) {
            awaited = null;
            listener.inputHeld(false);
            resumeInput();
        }
        writeDue();
        writer.flush();
    }

    private void writeDue() {
        for (int i = 0; i < due.size(); i++) {
            due.get(i).writeDue();
        }
        due.clear();
    }

    /** Whether anything was written since the last call: then the peer needs no empty frame. */
    public boolean takeWritten() {
        return writer.takeWritten();
    }

    public void sasl(SaslFrameBody frame) {
        writer.performative(FrameWriter.SASL, 0, frame);
    }

    /** Authentication succeeded: the AMQP header is next. */
    public void saslDone() {
        phase = Phase.HEADER_AFTER_SASL;
        reader.expectHeader();
    }

    /** Stops reading for good; for a peer that failed before there was a connection. */
    public void dropInput() {
        isInputDropped = true;
    }

    /** Answers the peer's open; the engine fills in the limits. */
    public void open(Open open) {
        if (isOpenSent) {
            return;
        }
        isOpenSent = true;
        open.setMaxFrameSize(UnsignedInteger.valueOf(settings.frameBytesMax()));
        open.setChannelMax(UnsignedShort.valueOf((short) settings.channelMax()));
        if (settings.idleTimeoutMs() > 0) {
            // Half of what we hold the peer to (AMQP 1.0 §2.4.5).
            open.setIdleTimeOut(UnsignedInteger.valueOf(Math.max(1, settings.idleTimeoutMs() / 2)));
        }
        writer.performative(FrameWriter.AMQP, 0, open);
    }

    /**
     * Closes the connection from our side. Only the first call has an effect.
     *
     * @param isOrderly whether the links end in an orderly way, as seen by their owners
     */
    public void close(@Nullable ErrorCondition error, boolean isOrderly) {
        if (phase == Phase.CLOSE_SENT || phase == Phase.ENDED) {
            return;
        }
        boolean hasConnection = phase == Phase.OPEN || phase == Phase.AWAIT_OPEN;
        endSessions(isOrderly);
        phase = hasConnection ? Phase.CLOSE_SENT : Phase.ENDED;
        if (hasConnection) {
            sendClose(error);
        }
        listener.ended(error, !hasConnection);
    }

    /** The socket is gone. */
    public void disconnected() {
        isInputDropped = true;
        if (phase != Phase.ENDED) {
            boolean wasTold = phase == Phase.CLOSE_SENT;
            phase = Phase.ENDED;
            endSessions(false);
            if (!wasTold) {
                listener.ended(null, true);
            }
        }
    }

    /** An empty frame, so that the peer sees us alive. */
    public void keepAlive() {
        if (isOpen()) {
            writer.emptyFrame();
        }
    }

    private void fail(ProtocolException reason) {
        ErrorCondition error = reason.toCondition();
        // The bytes after an error of framing or encoding cannot be trusted to be frames.
        isInputDropped = true;
        if (phase == Phase.CLOSE_SENT || phase == Phase.ENDED) {
            return;
        }
        boolean hasConnection = phase == Phase.OPEN || phase == Phase.AWAIT_OPEN;
        endSessions(false);
        phase = Phase.ENDED;
        if (hasConnection) {
            sendClose(error);
        }
        listener.ended(error, true);
    }

    private void sendClose(@Nullable ErrorCondition error) {
        if (!isOpenSent) {
            Open open = new Open();
            open.setContainerId(settings.containerId());
            open(open);
        }
        Close close = new Close();
        if (error != null) {
            close.setError(shortened(error));
        }
        writer.performative(FrameWriter.AMQP, 0, close);
    }

    private void endSessions(boolean isOrderly) {
        sessions.endAll(isOrderly);
        due.clear();
    }

    boolean canSend() {
        return phase == Phase.OPEN && output.isWritable();
    }

    /**
     * Counts bytes of deliveries of which more is to come, over all links.
     *
     * @return whether so much may be kept: what one message may have, however many links it is spread over
     */
    boolean assemble(long bytes) {
        if (bytes > 0 && assembledBytes + bytes > settings.collectedBytesMax()) {
            return false;
        }
        assembledBytes += bytes;
        return true;
    }

    void due(EngineSession session) {
        if (due.isEmpty() || due.get(due.size() - 1) != session) {
            due.add(session);
        }
    }

    /** Descriptions are cut so that the frame fits the smallest frame size a peer may ask for. */
    ErrorCondition shortened(ErrorCondition error) {
        String text = error.getDescription();
        if (text == null || text.length() <= ERROR_TEXT_LENGTH_MAX) {
            return error;
        }
        ErrorCondition result =
                new ErrorCondition(error.getCondition(), text.substring(0, ERROR_TEXT_LENGTH_MAX - 1) + "…");
        result.setInfo(error.getInfo());
        return result;
    }

    /** What the reader cut from the stream. */
    private final class Frames implements FrameReader.Sink {

        @Override
        public void protocolHeader(int id) {
            if (id == 0
                    && (phase == Phase.HEADER_AFTER_SASL || (phase == Phase.HEADER && listener.allowsPlainHeader()))) {
                phase = Phase.AWAIT_OPEN;
                reader.frameBytesMax(settings.frameBytesMax());
                writer.protocolHeader(0);
            } else if (id == 3 && phase == Phase.HEADER) {
                phase = Phase.SASL;
                writer.protocolHeader(3);
                listener.saslStarted();
            } else {
                // AMQP 1.0 §2.2: answer with the header we would have liked, then close.
                writer.protocolHeader(phase == Phase.HEADER_AFTER_SASL ? 0 : 3);
                isInputDropped = true;
                phase = Phase.ENDED;
                listener.ended(
                        new ErrorCondition(ConnectionError.FRAMING_ERROR, "Expected another protocol header"), true);
            }
        }

        @Override
        public void frame(int type, int channel, ByteBuffer bytes, int bodyStart, int bodyEnd) {
            switch (phase) {
                case SASL -> saslFrame(type, bytes, bodyStart, bodyEnd);
                case AWAIT_OPEN, OPEN, CLOSE_SENT -> {
                    if (type != FrameWriter.AMQP) {
                        throw ProtocolException.connection(
                                ConnectionError.FRAMING_ERROR, "Expected an AMQP frame, but found type " + type);
                    }
                    if (phase == Phase.OPEN && channel > settings.channelMax()) {
                        throw ProtocolException.connection(
                                ConnectionError.FRAMING_ERROR,
                                "Expected a channel of at most " + settings.channelMax() + ", but found " + channel);
                    }
                    if (bodyStart < bodyEnd) {
                        amqpFrame(channel, bytes, bodyStart, bodyEnd);
                    }
                }
                case HEADER, HEADER_AFTER_SASL, ENDED -> {
                    // Nothing is expected after the end, and before it a header comes first.
                }
            }
        }

        private void saslFrame(int type, ByteBuffer bytes, int start, int end) {
            if (type != FrameWriter.SASL) {
                throw ProtocolException.connection(
                        ConnectionError.FRAMING_ERROR, "Expected a SASL frame, but found type " + type);
            }
            int code = fields.descriptor(bytes, start, end);
            FieldRules rules = FieldRules.of(code);
            if (rules == null || (code != SASL_INIT && code != SASL_RESPONSE)) {
                // Only we may send the others; there is no one to tell an outcome to.
                throw ProtocolException.connection(
                        AmqpError.ILLEGAL_STATE, "Expected the SASL init or response of a client");
            }
            rules.check(bytes, fields.position(), end);
            if (fields.open() != end) {
                throw WireFormat.malformed("Expected nothing behind a SASL performative");
            }
            // Read by hand: what is decoded before authentication must leave nothing behind.
            listener.saslFrame(code == SASL_INIT ? SaslFields.init(fields) : SaslFields.response(fields));
        }

        private void amqpFrame(int channel, ByteBuffer bytes, int start, int end) {
            int code = fields.descriptor(bytes, start, end);
            boolean isTransfer = code == TRANSFER;
            if (phase == Phase.CLOSE_SENT && code != CLOSE) {
                return;
            }
            if (phase != Phase.OPEN || (!isTransfer && code != DISPOSITION)) {
                control(channel, code, bytes, start, end);
                return;
            }
            EngineSession session = sessions.get(channel);
            if (session.isEnded()) {
                return;
            }
            try {
                if (isTransfer) {
                    transfer.scan(fields, bytes);
                    EngineLink unanswered = session.unanswered(transfer.handle);
                    if (unanswered != null) {
                        awaited = unanswered;
                        reader.putBack(bytes, end);
                        listener.inputHeld(true);
                        return;
                    }
                    session.transfer(transfer, bytes, end, codec);
                } else {
                    disposition.scan(fields, bytes, codec);
                    session.disposition(disposition);
                }
            } catch (ProtocolException e) {
                failSession(session, e);
            }
        }

        private void control(int channel, int code, ByteBuffer bytes, int start, int end) {
            if (phase == Phase.AWAIT_OPEN && code != OPEN && code != FieldScanner.UNKNOWN) {
                throw ProtocolException.connection(
                        ConnectionError.FRAMING_ERROR,
                        "Expected open as the first frame, but found the performative 0x" + Integer.toHexString(code));
            }
            FieldRules rules = code < SASL_INIT ? FieldRules.of(code) : null;
            if (rules == null) {
                WireFormat.skip(bytes, start, end);
                throw ProtocolException.connection(
                        ConnectionError.FRAMING_ERROR,
                        "Expected a performative, but found something else in a frame of " + (end - start) + " bytes");
            }
            rules.check(bytes, fields.position(), end);
            Object body = codec.decode(bytes, start, end);
            if (body instanceof Close close) {
                if (phase == Phase.CLOSE_SENT) {
                    phase = Phase.ENDED;
                    listener.closeAnswered();
                } else {
                    closed(close);
                }
            } else if (body instanceof Open open) {
                opened(channel, open);
            } else if (body instanceof Begin begin) {
                sessions.begin(AmqpEngine.this, writer, channel, begin);
            } else {
                onSession(channel, body);
            }
        }

        private void onSession(int channel, Object body) {
            EngineSession session = sessions.get(channel);
            if (body instanceof End) {
                sessions.remove(channel);
                session.end();
                return;
            }
            if (session.isEnded()) {
                return;
            }
            try {
                if (body instanceof Flow flow) {
                    session.flow(flow);
                } else if (body instanceof Attach attach) {
                    session.attach(attach);
                } else if (body instanceof Detach detach) {
                    session.detach(detach);
                } else {
                    throw ProtocolException.connection(
                            ConnectionError.FRAMING_ERROR,
                            "Expected a performative, but found "
                                    + body.getClass().getSimpleName());
                }
            } catch (ProtocolException e) {
                failSession(session, e);
            }
        }

        private void failSession(EngineSession session, ProtocolException reason) {
            if (reason.scope() == ProtocolException.Scope.CONNECTION) {
                throw reason;
            }
            session.fail(reason);
        }

        private void opened(int channel, Open open) {
            if (phase != Phase.AWAIT_OPEN) {
                throw ProtocolException.connection(
                        AmqpError.ILLEGAL_STATE, "Expected no open, because the connection is open");
            }
            if (channel != 0) {
                throw ProtocolException.connection(
                        ConnectionError.FRAMING_ERROR, "Expected the open on channel 0, but found it on " + channel);
            }
            long frameBytes = open.getMaxFrameSize() == null
                    ? Long.MAX_VALUE
                    : open.getMaxFrameSize().longValue();
            isOpenReceived = true;
            phase = Phase.OPEN;
            if (frameBytes < EngineSettings.FRAME_BYTES_MIN) {
                throw ProtocolException.connection(
                        AmqpError.FRAME_SIZE_TOO_SMALL,
                        "Expected a max-frame-size of at least 512, but found " + frameBytes);
            }
            writer.frameBytesMax((int) Math.min(frameBytes, SENT_FRAME_BYTES_MAX));
            if (open.getChannelMax() != null) {
                sessions.peerChannelMax(open.getChannelMax().intValue());
            }
            listener.opened(open);
        }

        private void closed(Close close) {
            // What a pipelining peer is owed still goes out before the answer.
            writeDue();
            endSessions(true);
            phase = Phase.ENDED;
            isInputDropped = true;
            sendClose(null);
            listener.ended(close.getError(), false);
        }
    }
}
