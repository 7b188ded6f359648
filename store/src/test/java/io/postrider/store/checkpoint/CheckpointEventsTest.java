// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.store.kit.FaultyFiles;
import io.postrider.store.segment.SegmentSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The flight recorder sees checkpoints and cleaning. */
class CheckpointEventsTest {
    @Test
    void checkpointsAndCleaningAreRecorded(@TempDir Path directory) throws IOException {
        CheckpointModel model = new CheckpointModel();
        for (int i = 0; i < 10; i++) {
            model.add(1, new byte[100]);
        }
        try (Recording recording = new Recording();
                FileCheckpoints store =
                        FileCheckpoints.open(new FaultyFiles(), Path.of("checkpoint"), 0, SegmentSettings.DEFAULTS)) {
            recording.enable("io.postrider.Checkpoint");
            recording.enable("io.postrider.SegmentCleaning");
            recording.start();

            store.write(model.plan());
            model.logs().get(1L).keySet().removeIf(offset -> offset != 4);
            store.write(model.plan());

            recording.stop();
            Path file = directory.resolve("events.jfr");
            recording.dump(file);
            List<RecordedEvent> events = RecordingFile.readAllEvents(file);
            assertEquals(List.of(1L, 2L), values(events, "io.postrider.Checkpoint", "index"));
            assertEquals(List.of(100L), values(events, "io.postrider.SegmentCleaning", "live"));
            assertTrue(values(events, "io.postrider.Checkpoint", "bytes").get(1) > 1_240);
        }
    }

    private static List<Long> values(List<RecordedEvent> events, String type, String field) {
        return events.stream()
                .filter(event -> event.getEventType().getName().equals(type))
                .map(event -> event.getLong(field))
                .sorted()
                .toList();
    }
}
