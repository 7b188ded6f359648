// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.api.address.AddressKey;
import io.postrider.api.address.AddressPolicy;
import io.postrider.api.address.PolicyBook;
import io.postrider.api.address.PolicyKey;
import io.postrider.api.address.PolicyValues;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the broker can be told, where it may be said, and what it answers to nonsense. */
class ConfigLoaderTest {
    @TempDir
    Path directory;

    private Path yaml(String text) throws IOException {
        return Files.writeString(directory.resolve("postrider.yaml"), text);
    }

    private static List<String> problems(ConfigLoader loader) {
        return assertThrows(ConfigException.class, loader::load).problems();
    }

    @Nested
    class WhereItIsSaid {
        @Test
        void nothingSaidMeansTheDefaults() {
            ServerConfig config = new ConfigLoader().load();

            assertEquals("127.0.0.1", config.amqp().host());
            assertEquals(5672, config.amqp().port());
            assertEquals(64L << 20, config.store().segmentBytes());
            assertFalse(config.isAnonymousAllowed());
            assertEquals(List.of(), config.policies());
        }

        @Test
        void theCommandLineBeatsTheEnvironmentAndTheEnvironmentBeatsTheFile() throws IOException {
            Path file = yaml("amqp:\n  port: 1001\n  channel-max: 11\nhttp:\n  port: 1002\n");

            ServerConfig config = new ConfigLoader()
                    .file(file)
                    .environment(Map.of("POSTRIDER_AMQP_PORT", "2001", "POSTRIDER_HTTP_PORT", "2002"))
                    .assignments(List.of("amqp.port=3001"))
                    .load();

            assertEquals(3001, config.amqp().port());
            assertEquals(2002, config.http().port());
            assertEquals(11, config.amqp().channelMax());
        }

        @Test
        void ofTwoAssignmentsOfOneKeyTheLaterWins() {
            ServerConfig config = new ConfigLoader()
                    .assignments(List.of("amqp.port=1", "amqp.port=2"))
                    .load();

            assertEquals(2, config.amqp().port());
        }

        @Test
        void variablesOfTheStartScriptAndOfKubernetesAreNoSettings() {
            ServerConfig config = new ConfigLoader()
                    .environment(Map.of(
                            "POSTRIDER_JAVA_OPTS", "-Xmx1g",
                            "POSTRIDER_HEAP", "1g",
                            "POSTRIDER_DATA", "x",
                            "POSTRIDER_SERVICE_HOST", "10.0.0.1",
                            "POSTRIDER_PORT_5672_TCP", "tcp://10.0.0.1:5672",
                            "PATH", "/bin"))
                    .load();

            assertEquals(5672, config.amqp().port());
        }

        @Test
        void anEmptyFileAndAnEmptySectionAreFine() throws IOException {
            assertEquals(5672, new ConfigLoader().file(yaml("")).load().amqp().port());
            assertEquals(
                    5672,
                    new ConfigLoader()
                            .file(yaml("amqp:\nhttp:\n"))
                            .load()
                            .amqp()
                            .port());
        }
    }

    @Nested
    class UnknownNames {
        @Test
        void inTheFileAreRefusedWithLineAndNearestName() throws IOException {
            Path file = yaml("# ports\namqp:\n  host: 0.0.0.0\n  prot: 5673\n");

            List<String> problems = problems(new ConfigLoader().file(file));

            assertEquals(List.of(file + " line 4: no such setting: amqp.prot; did you mean amqp.port?"), problems);
        }

        @Test
        void onTheCommandLineAreQuoted() {
            List<String> problems = problems(new ConfigLoader().assignments(List.of("journal.segment-byte=1MiB")));

            assertEquals(
                    List.of("--set journal.segment-byte=1MiB: no such setting: journal.segment-byte;"
                            + " did you mean journal.segment-bytes?"),
                    problems);
        }

        @Test
        void inTheEnvironmentAreRefusedToo() {
            List<String> problems = problems(new ConfigLoader().environment(Map.of("POSTRIDER_AMQP_PROT", "1")));

            assertEquals(1, problems.size());
            assertTrue(problems.get(0).contains("POSTRIDER_AMQP_PROT"), problems.get(0));
            assertTrue(problems.get(0).contains("did you mean POSTRIDER_AMQP_PORT?"), problems.get(0));
        }

        @Test
        void thatResembleNothingArePointedToTheList() {
            List<String> problems = problems(new ConfigLoader().assignments(List.of("colour.of.the.console=green")));

            assertTrue(problems.get(0).endsWith("; conf/postrider.yaml lists all of them"), problems.get(0));
        }

        @Test
        void inAPolicyNameTheListElement() throws IOException {
            Path file = yaml("addresses:\n  policies:\n    - pattern: a.*\n    - pattern: b.*\n      auto-creat: x\n");

            List<String> problems = problems(new ConfigLoader().file(file));

            assertEquals(
                    List.of(file + " line 5: no such setting: addresses.policies[1].auto-creat;"
                            + " did you mean addresses.policies[1].auto-create?"),
                    problems);
        }
    }

    @Nested
    class BadValues {
        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {
                    "amqp.port=70000                     | a number of 0 to 65535",
                    "amqp.port=-1                        | a number of 0 to 65535",
                    "amqp.port=many                      | a whole number",
                    "amqp.host=two words                 | a host name or address",
                    "amqp.max-frame-size-bytes=511       | a number of 512 to",
                    "amqp.max-message-size-bytes=12 MOL  | a size such as 67108864 or 64MiB",
                    "journal.segment-bytes=1KiB          | a number of 1048576 to 1073741824",
                    "journal.segment-bytes=1048577       | a multiple of 8",
                    "checkpoint.trigger-bytes=99999999999GiB | a smaller size",
                    "auth.anonymous=perhaps              | true or false",
                    "threads.event-loops=1025            | a number of 0 to 1024",
                    "addresses.redelivery.max-attempts=-1 | a whole number of at least 0",
                    "addresses.redelivery.delay-ms=-1     | milliseconds, or a number with s, m, h or d",
                    "data.dir=                           | a directory",
                })
        void sayWhatWasExpectedAndWhereItWasFound(String assignment, String expected) {
            List<String> problems = problems(new ConfigLoader().assignments(List.of(assignment)));

            String key = assignment.substring(0, assignment.indexOf('='));
            assertEquals(1, problems.size(), problems.toString());
            assertTrue(
                    problems.get(0).startsWith("--set " + assignment + ": " + key + ": expected " + expected),
                    problems.get(0));
        }

        @Test
        void inTheFileNameFileAndLine() throws IOException {
            Path file = yaml("amqp:\n  # many\n  port: many\n");

            List<String> problems = problems(new ConfigLoader().file(file));

            assertEquals(List.of(file + " line 3: amqp.port: expected a whole number, but found 'many'"), problems);
        }

        @Test
        void areAllReportedAtOnce() {
            List<String> problems = problems(new ConfigLoader()
                    .assignments(List.of("amqp.port=x", "http.port=y", "nothing.like.this=1", "novalue")));

            assertEquals(4, problems.size(), problems.toString());
        }

        @Test
        void anAssignmentWithoutAnEqualsSignIsRefused() {
            assertEquals(
                    List.of("--set amqp.port: expected key=value"),
                    problems(new ConfigLoader().assignments(List.of("amqp.port"))));
        }

        @Test
        void brokenYamlNamesItsLine() throws IOException {
            Path file = yaml("amqp:\n  port: [1\n");

            List<String> problems = problems(new ConfigLoader().file(file));

            assertTrue(problems.get(0).startsWith(file + " line "), problems.get(0));
            assertTrue(problems.get(0).contains("not valid YAML"), problems.get(0));
        }

        @Test
        void aKeyOrASectionGivenTwiceInTheFileIsRefused() throws IOException {
            Path file = yaml("amqp:\n  port: 1\n  port: 2\nhttp:\namqp:\n  host: h\n");

            List<String> problems = problems(new ConfigLoader().file(file));

            assertEquals(
                    List.of(
                            file + " line 3: amqp.port is there a second time",
                            file + " line 5: amqp is there a second time"),
                    problems);
        }

        @Test
        void aMissingFileIsReported() {
            Path file = directory.resolve("missing.yaml");

            List<String> problems = problems(new ConfigLoader().file(file));

            assertTrue(problems.get(0).startsWith(file + ": cannot be read"), problems.get(0));
        }

        @Test
        void aPatternMayHaveAStarOnlyAtItsEnd() throws IOException {
            Path file = yaml("addresses:\n  policies:\n    - pattern: a.#b\n");

            List<String> problems = problems(new ConfigLoader().file(file));

            assertTrue(problems.get(0).startsWith(file + " line 3: addresses.policies[0].pattern"), problems.get(0));
        }
    }

    @Nested
    class Values {
        @ParameterizedTest
        @CsvSource({"1048576, 1048576", "2M, 2097152", "2MB, 2097152", "2 MiB, 2097152", "1_048_576, 1048576"})
        void sizesTakeUnits(String text, long bytes) {
            ServerConfig config = new ConfigLoader()
                    .assignments(List.of("journal.segment-bytes=" + text))
                    .load();

            assertEquals(bytes, config.store().segmentBytes());
        }

        @Test
        void aPolicyInheritsWhatItDoesNotSet() throws IOException {
            Path file = yaml(
                    "addresses:\n  redelivery:\n    max-attempts: 5\n  policies:\n"
                            + "    - pattern: pay.*\n      dead-letter.address: pay.dead\n    - pattern: pay.big\n      dead-letter:\n        address: \"\"\n");

            ServerConfig config = new ConfigLoader().file(file).load();

            PolicyBook book = new PolicyBook(config.policies());
            AddressPolicy small = book.resolve(AddressKey.of("pay.small"), PolicyValues.NONE);
            assertEquals("pay.dead", small.name(PolicyKey.DEAD_LETTER_ADDRESS));
            assertEquals(5, small.number(PolicyKey.MAX_ATTEMPTS));
            AddressPolicy big = book.resolve(AddressKey.of("pay.big"), PolicyValues.NONE);
            assertEquals(null, big.name(PolicyKey.DEAD_LETTER_ADDRESS));
        }

        @Test
        void theFileOfTheDistributionIsValidAndChangesNothing() {
            ServerConfig config = new ConfigLoader()
                    .file(Path.of("src/main/dist/conf/postrider.yaml"))
                    .load();

            assertEquals(new ConfigLoader().load(), config);
        }

        @Test
        void theFileOfTheDistributionListsEverySettingWithItsDefault() throws IOException {
            String text = Files.readString(Path.of("src/main/dist/conf/postrider.yaml"));
            for (ConfigKey key : ConfigKey.values()) {
                String name = key.key().substring(key.key().indexOf('.') + 1);
                String value = key.defaultText().isEmpty() ? "\"\"" : key.defaultText();
                assertTrue(text.contains("  # " + name + ": " + value + "\n"), key.key() + ": " + value);
            }
        }
    }
}
