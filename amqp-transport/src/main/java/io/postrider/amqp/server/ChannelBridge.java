// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.postrider.amqp.engine.Output;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Netty's end of a connection: sits below Vert.x's own handler, so that reads are parsed where they lie. Owned by the
 * connection's event loop.
 */
final class ChannelBridge extends ChannelInboundHandlerAdapter implements Output {
    private static final int CHUNK_BYTES_MIN = 512;
    private static final int CHUNK_BYTES_MAX = 64 * 1024;

    private final ChannelHandlerContext context;
    private @Nullable ServerConnection connection;
    private @Nullable ByteBuf lent;
    private int turnBytes;
    private int chunkBytes = CHUNK_BYTES_MIN;
    private boolean isReading = true;
    private boolean isClosing;

    /** @param context of a handler of the same channel */
    ChannelBridge(ChannelHandlerContext context) {
        this.context = context;
    }

    void start(ServerConnection owner) {
        connection = owner;
    }

    // ---- input

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ServerConnection owner = connection;
        if (!(message instanceof ByteBuf bytes) || owner == null) {
            ctx.fireChannelRead(message);
            return;
        }
        try {
            owner.input(bytes.nioBuffer());
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        ServerConnection owner = connection;
        if (owner != null) {
            owner.turnEnd();
        }
        ctx.fireChannelReadComplete();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        ServerConnection owner = connection;
        if (owner != null && ctx.channel().isWritable()) {
            owner.writable();
        }
        ctx.fireChannelWritabilityChanged();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        ServerConnection owner = connection;
        if (owner != null) {
            owner.disconnected();
        }
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ServerConnection owner = connection;
        // What a codec below cannot read, as a broken TLS handshake, is the peer's fault.
        boolean isPeers = cause instanceof IOException || cause instanceof DecoderException;
        if (owner != null && !isPeers) {
            owner.crashed(cause);
            return;
        }
        // A reset by the peer is an ordinary way for a connection to end.
        ctx.close();
    }

    // ---- output

    @Override
    public ByteBuffer take(int bytesMin) {
        ByteBuf buffer = context.alloc().directBuffer(Math.max(bytesMin, chunkBytes));
        lent = buffer;
        return buffer.nioBuffer(0, buffer.capacity());
    }

    @Override
    public void give(ByteBuffer written) {
        ByteBuf buffer = lent;
        lent = null;
        if (buffer != null) {
            buffer.writerIndex(written.position());
            turnBytes += written.position();
            context.write(buffer, context.voidPromise());
        }
    }

    @Override
    public boolean isWritable() {
        return context.channel().isWritable();
    }

    /** Sends what was given; the next turn's first buffer is sized by this one. */
    void flush() {
        if (turnBytes > 0) {
            int wanted = Integer.highestOneBit(2 * Math.min(turnBytes, CHUNK_BYTES_MAX / 2));
            chunkBytes = Math.max(CHUNK_BYTES_MIN, wanted);
            turnBytes = 0;
            context.flush();
        }
    }

    /** Closes once everything given has been sent. */
    void closeAfterFlush() {
        if (!isClosing) {
            isClosing = true;
            context.writeAndFlush(context.alloc().buffer(0)).addListener(ChannelFutureListener.CLOSE);
        }
    }

    /**
     * Sends everything, then the end of our stream. What still arrives is read and dropped until the peer closes too: a
     * socket closed with unread input would be reset, and the peer might never see why.
     */
    void halfCloseAfterFlush() {
        if (!isClosing) {
            isClosing = true;
            context.writeAndFlush(context.alloc().buffer(0)).addListener(done -> {
                ChannelHandlerContext webSocket = context.pipeline().context(WebSocketBytes.class);
                if (webSocket != null) {
                    ((WebSocketBytes) webSocket.handler()).sayGoodbye(webSocket);
                }
                SslHandler tls = context.pipeline().get(SslHandler.class);
                if (tls != null) {
                    // Its own end of stream; the socket follows when the peer has seen it, or time is up.
                    tls.closeOutbound();
                } else if (webSocket == null) {
                    endOutput(done.isSuccess());
                }
            });
        }
    }

    private void endOutput(boolean isFlushed) {
        if (context.channel() instanceof DuplexChannel duplex && isFlushed) {
            duplex.shutdownOutput();
        } else {
            context.close();
        }
    }

    void closeNow() {
        context.close();
    }

    /**
     * Stops reading now, or goes on with it after the present event. Switched on again while the channel is still in its
     * read loop, an edge-triggered channel would take what lies in the socket for read.
     */
    void autoRead(boolean isOn) {
        isReading = isOn;
        if (isOn) {
            context.channel()
                    .eventLoop()
                    .execute(() -> context.channel().config().setAutoRead(isReading));
        } else {
            context.channel().config().setAutoRead(false);
        }
    }
}
