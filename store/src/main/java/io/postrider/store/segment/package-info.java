// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
/**
 * Message segments: files with the bodies of messages that outlived their journal segments, so that a backlog needs no heap. A
 * checkpoint writes and cleans them ({@link io.postrider.store.segment.Segments}); any thread reads them back
 * by {@link io.postrider.store.segment.Extent}. They know nothing of queues: a body belongs to a log and has an offset in it.
 */
@NullMarked
package io.postrider.store.segment;

import org.jspecify.annotations.NullMarked;
