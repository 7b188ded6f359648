// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.spec.amqp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.conformance.kit.Frames;
import io.postrider.conformance.kit.RawAmqpPeer;
import io.postrider.conformance.kit.Spec;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.security.SaslChallenge;
import org.apache.qpid.proton.amqp.security.SaslCode;
import org.apache.qpid.proton.amqp.security.SaslInit;
import org.apache.qpid.proton.amqp.security.SaslMechanisms;
import org.apache.qpid.proton.amqp.security.SaslOutcome;
import org.apache.qpid.proton.amqp.security.SaslResponse;
import org.apache.qpid.proton.amqp.transport.Open;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Part 5: the SASL layer, and TLS where none is set up. */
class Part5SecurityTest extends SpecContract {

    private static SaslInit init(String mechanism, String response) {
        SaslInit init = new SaslInit();
        init.setMechanism(Symbol.valueOf(mechanism));
        init.setInitialResponse(response == null ? null : new Binary(response.getBytes(StandardCharsets.UTF_8)));
        return init;
    }

    private void assertHungUp() {
        assertEquals(0, peer.readToEnd().size(), peer::toString);
    }

    @Test
    @Spec({"AMQP 1.0", "5.3.1", "5.3.2", "5.3.3.1"})
    void mechanismsAreOfferedBehindTheHeader() {
        SaslMechanisms mechanisms = peer.expectMechanisms();

        var names = Arrays.stream(mechanisms.getSaslServerMechanisms())
                .map(Symbol::toString)
                .toList();
        assertTrue(names.contains("SCRAM-SHA-256") && names.contains("PLAIN"), names::toString);
        assertEquals("ANONYMOUS", names.get(names.size() - 1));
    }

    @Test
    @Spec({"AMQP 1.0", "5.3.2", "5.3.3.2", "5.3.3.5"})
    void anonymousPeerComesIn() {
        peer.logIn();
        Open open = new Open();
        open.setContainerId("anonymous");
        peer.send(0, open);

        next(Open.class);
    }

    @Test
    @Spec({"AMQP 1.0", "5.3.2", "5.3.3.6"})
    void mechanismThatWasNotOfferedFails() {
        peer.expectMechanisms();
        peer.sendSasl(init("NOT-A-MECHANISM", "x"));

        SaslOutcome outcome = next(SaslOutcome.class);
        assertEquals(SaslCode.AUTH, outcome.getCode());
        assertNull(outcome.getAdditionalData());
        assertHungUp();
    }

    @Test
    @Spec({"AMQP 1.0", "5.3.3.3", "5.3.3.4"})
    void mechanismMayTakeAChallenge() {
        peer.expectMechanisms();
        peer.sendSasl(init("PLAIN", null));
        assertEquals(0, next(SaslChallenge.class).getChallenge().getLength());
        SaslResponse response = new SaslResponse();
        response.setResponse(new Binary("\0nobody\0nothing".getBytes(StandardCharsets.UTF_8)));
        peer.sendSasl(response);

        assertEquals(SaslCode.AUTH, next(SaslOutcome.class).getCode());
        assertHungUp();
    }

    @Test
    @Spec({"AMQP 1.0", "5.3.2"})
    void scramChallengesWithSaltAndIterations() {
        peer.expectMechanisms();
        peer.sendSasl(init("SCRAM-SHA-256", "n,,n=nobody,r=abcdefghijkl"));

        Binary challenge = next(SaslChallenge.class).getChallenge();
        String text = new String(challenge.getArray(), StandardCharsets.UTF_8);
        assertTrue(text.matches("r=abcdefghijkl.+,s=.+,i=\\d+"), text);
        SaslResponse response = new SaslResponse();
        response.setResponse(new Binary("c=biws,r=x,p=AAAA".getBytes(StandardCharsets.UTF_8)));
        peer.sendSasl(response);
        assertEquals(SaslCode.AUTH, next(SaslOutcome.class).getCode());
        assertHungUp();
    }

    @Test
    @Spec({"AMQP 1.0", "5.3.2"})
    void responseBeforeTheInitFails() {
        peer.expectMechanisms();
        SaslResponse response = new SaslResponse();
        response.setResponse(new Binary(new byte[0]));
        peer.sendSasl(response);

        assertEquals(SaslCode.AUTH, next(SaslOutcome.class).getCode());
        assertHungUp();
    }

    @Test
    @Spec({"AMQP 1.0", "5.3.2"})
    void framesOnlyAServerSendsAreHungUpOn() {
        SaslMechanisms mechanisms = new SaslMechanisms();
        mechanisms.setSaslServerMechanisms(Symbol.valueOf("MINE"));
        SaslChallenge challenge = new SaslChallenge();
        challenge.setChallenge(new Binary(new byte[0]));
        SaslOutcome outcome = new SaslOutcome();
        outcome.setCode(SaslCode.OK);
        for (Object frame : new Object[] {mechanisms, challenge, outcome}) {
            peer.close();
            peer = another();
            peer.expectMechanisms();
            peer.sendSasl(frame);

            assertHungUp();
        }
    }

    @Test
    @Spec({"AMQP 1.0", "5.3.2"})
    void authenticationCannotBePassedOver() {
        peer.expectMechanisms();
        peer.send(0, new Open());

        assertHungUp();
    }

    @Test
    @Spec({"AMQP 1.0", "1.4", "5.3.3.2"})
    void initWithoutAMechanismIsHungUpOn() {
        peer.expectMechanisms();
        peer.send(Frames.frame(12, 2, Frames.SASL, 0, new byte[] {0x00, 0x53, 0x41, 0x45}));

        assertHungUp();
    }

    @Test
    @Spec({"AMQP 1.0", "5.3.1"})
    void saslHeaderAgainIsAnsweredWithTheOneWeWant() {
        peer.expectMechanisms();
        peer.sendSasl(init("ANONYMOUS", "x"));
        next(SaslOutcome.class);
        peer.send(RawAmqpPeer.SASL_HEADER);

        assertArrayEquals(RawAmqpPeer.AMQP_HEADER, peer.readHeader());
        assertEquals(0, peer.readBytesToEnd().length);
    }

    @Test
    @Spec({"AMQP 1.0", "5.2"})
    void tlsHeaderWithoutTlsIsAnsweredWithWhatThereIs() {
        peer.send(new byte[] {'A', 'M', 'Q', 'P', 2, 1, 0, 0});

        assertArrayEquals(RawAmqpPeer.SASL_HEADER, peer.readHeader());
        assertEquals(0, peer.readBytesToEnd().length);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 100, 60_000})
    @Spec({"AMQP 1.0", "5.3.1"})
    void tokensMayBeLongerThanAFrameOfTheText(int bytes) {
        peer.expectMechanisms();
        peer.sendSasl(init("ANONYMOUS", "t".repeat(bytes)));

        assertEquals(SaslCode.OK, next(SaslOutcome.class).getCode());
    }
}
