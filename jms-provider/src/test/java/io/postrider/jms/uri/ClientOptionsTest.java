// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.uri;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.jms.destination.DestinationKind;
import io.postrider.jms.uri.ClientOptions.MessageIdType;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a connection URI may say, and how wrong ones are refused. */
class ClientOptionsTest {

    private static String refusal(String uri) {
        return assertThrows(IllegalArgumentException.class, () -> ClientOptions.parse(uri))
                .getMessage();
    }

    @Test
    void defaultsAreThoseOfTheDocumentation() {
        ClientOptions options = ClientOptions.parse("amqp://broker");

        assertEquals(List.of(new Server(Server.Scheme.AMQP, "broker", 5672, "")), options.servers());
        assertNull(options.virtualHost());
        assertFalse(options.failover().isEnabled());
        assertNull(options.identity().user());
        assertEquals(1000, options.prefetch().queue());
        assertEquals(-1, options.timeouts().sendMs());
        assertEquals(60_000, options.transport().idleTimeoutMs());
        assertEquals(MessageIdType.DEFAULT, options.sending().messageIdType());
        assertEquals(List.of(), options.receiving().objects().allowed());
        assertFalse(options.presettle().isProducer(null));
    }

    @Test
    void everyGroupOfOptionsIsRead() {
        ClientOptions options = ClientOptions.parse("amqp://h:1234?jms.username=u&jms.password=p%26w&jms.clientID=c"
                + "&jms.prefetchPolicy.all=5&jms.prefetchPolicy.topicPrefetch=7&amqp.vhost=v&jms.sendTimeout=9"
                + "&jms.forceSyncSend=true&jms.presettlePolicy.presettleTopicProducers=true"
                + "&jms.deserializationPolicy.allowList=a.b,c.D&jms.messageIDPolicy.messageIDType=uuid");

        assertEquals(1234, options.servers().get(0).port());
        assertEquals("u", options.identity().user());
        assertEquals("p&w", options.identity().password());
        assertEquals("c", options.identity().clientId());
        assertEquals(5, options.prefetch().queue());
        assertEquals(7, options.prefetch().topic());
        assertEquals("v", options.virtualHost());
        assertEquals(9, options.timeouts().sendMs());
        assertTrue(options.sending().isSyncForced());
        assertTrue(options.presettle().isProducer(DestinationKind.TOPIC));
        assertFalse(options.presettle().isProducer(DestinationKind.QUEUE));
        assertEquals(List.of("a.b", "c.D"), options.receiving().objects().allowed());
        assertEquals(MessageIdType.UUID, options.sending().messageIdType());
    }

    @Test
    void userMayStandInTheAuthority() {
        ClientOptions options = ClientOptions.parse("amqp://me:secret@[::1]:1");

        assertEquals("::1", options.servers().get(0).host());
        assertEquals("me", options.identity().user());
        assertEquals("secret", options.identity().password());
    }

    @Test
    void unknownOptionNamesTheNearest() {
        assertEquals(
                "Unknown option 'jms.prefetchPolicy.queuePrefech'; the nearest known one is"
                        + " 'jms.prefetchPolicy.queuePrefetch'",
                refusal("amqp://h?jms.prefetchPolicy.queuePrefech=1"));
    }

    @Test
    void wrongValuesNameTheOption() {
        assertTrue(refusal("amqp://h?jms.forceSyncSend=yes").contains("'jms.forceSyncSend' to be true or false"));
        assertTrue(refusal("amqp://h?jms.sendTimeout=soon").contains("'jms.sendTimeout' to be a whole number"));
        assertTrue(refusal("amqp://h?amqp.maxFrameSize=1").contains("from 512"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://h",
                "amqp:",
                "amqp://",
                "not a uri",
                "amqp://h?novalue",
                "failover:(amqp://a",
                "failover:()"
            })
    void whatIsNoAmqpUriIsRefused(String uri) {
        assertTrue(refusal(uri).startsWith("Expected"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "failover:(amqp://a:1,amqps://b)?jms.clientID=c",
                "failover:amqp://a:1,amqps://b?jms.clientID=c",
                "(tcp://a:1,ssl://b)?clientID=c",
                "amqp://a:1?jms.clientID=c,amqps://b",
                "failover://(amqp://a:1,amqps://b)?failover.nested.jms.clientID=c"
            })
    void severalBrokersAreAList(String uri) {
        ClientOptions options = ClientOptions.parse(uri);

        assertEquals(
                List.of(new Server(Server.Scheme.AMQP, "a", 1, ""), new Server(Server.Scheme.AMQPS, "b", 5671, "")),
                options.servers());
        assertTrue(options.failover().isEnabled());
        assertEquals(-1, options.failover().attemptsMax());
        assertEquals("c", options.identity().clientId());
    }

    @Test
    void namesOfOtherClientsAreUnderstood() {
        ClientOptions options = ClientOptions.parse("tcp://h?reconnectAttempts=3&retryInterval=50&user=u"
                + "&consumerWindowSize=0&deserializationWhiteList=a&sslEnabled=true");

        assertEquals(Server.Scheme.AMQPS, options.servers().get(0).scheme());
        assertTrue(options.failover().isEnabled());
        assertEquals(3, options.failover().attemptsMax());
        assertEquals(50, options.failover().delayMs());
        assertEquals("u", options.identity().user());
        assertEquals(List.of("a"), options.receiving().objects().allowed());
        assertEquals(List.of("consumerWindowSize"), options.withoutEffect());
    }

    @Test
    void systemPropertiesAreDefaults() {
        System.setProperty("io.postrider.jms.clientIDPrefix", "from-property");
        try {
            assertEquals(
                    "from-property", ClientOptions.parse("amqp://h").identity().clientIdPrefix());
            assertEquals(
                    "given",
                    ClientOptions.parse("amqp://h?jms.clientIDPrefix=given")
                            .identity()
                            .clientIdPrefix());
        } finally {
            System.clearProperty("io.postrider.jms.clientIDPrefix");
        }
    }

    @Test
    void contradictoryOptionsAreRefused() {
        assertEquals(
                "Expected one value for 'amqp.vhost', but got 'x' and 'y'",
                refusal("failover:(amqp://a?amqp.vhost=x,amqp://b?amqp.vhost=y)"));
    }
}
