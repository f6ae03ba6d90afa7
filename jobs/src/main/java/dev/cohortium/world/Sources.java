package dev.cohortium.world;

import dev.cohortium.world.Spoiler.Fault;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.TreeMap;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/**
 * The text of all files of a task, a header first in each: rows of {@link Population#FILE} and of
 * some lines. No field needs quotes: names are of letters and digits, and so are all ids.
 */
final class Sources implements Iterator<Row> {
  /** Characters of a file that go out at once: compressing each line by itself takes far longer. */
  private static final int MOST_CHARACTERS = 1 << 16;

  private final Setting setting;
  private final long end;
  private final Map<String, StringBuilder> files = new TreeMap<>();
  private final Queue<Row> rows = new ArrayDeque<>();

  /** Rows of each source and fault, as lines without their number. */
  private final Map<String, Long> counts = new TreeMap<>();

  private long next;
  private boolean isCounted;

  /** The files of the lives {@code from} .. {@code end} - 1. */
  Sources(Setting setting, long from, long end) {
    this.setting = setting;
    this.next = from;
    this.end = end;
    for (Feed feed : Feed.values()) {
      if (feed.isDelivered(setting.world())) {
        count(feed, Population.RIGHT, 0);
      }
    }
    count(Feed.TRANSACTIONS, Fault.LATE.word(), 0);
  }

  @Override
  public boolean hasNext() {
    while (rows.isEmpty() && next < end) {
      add(Population.life(setting, next++));
    }
    if (rows.isEmpty() && !isCounted) {
      isCounted = true;
      files.forEach(this::send);
      StringBuilder lines = new StringBuilder();
      counts.forEach((what, n) -> lines.append('\n').append(what).append(n));
      send(Population.DIRT, lines);
    }
    return !rows.isEmpty();
  }

  @Override
  public Row next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    return rows.remove();
  }

  private void add(Life life) {
    Delivery.of(
        setting,
        life,
        (feed, file, row, fault) -> {
          boolean isRight = fault == null || fault == Fault.LATE;
          count(feed, isRight ? Population.RIGHT : fault.word(), 1);
          if (fault == Fault.LATE) {
            count(feed, fault.word(), 1);
          }
          if (feed.isText(setting.world())) {
            StringBuilder lines = files.computeIfAbsent(file, name -> begun(feed));
            append(lines, row);
            if (lines.length() > MOST_CHARACTERS) {
              send(file, lines);
            }
          }
        });
  }

  private void count(Feed feed, String fault, long rows) {
    counts.merge(feed.folder() + "," + fault + ",", rows, Long::sum);
  }

  private static StringBuilder begun(Feed feed) {
    StringBuilder lines = new StringBuilder();
    append(lines, feed.columns().toArray(String[]::new));
    return lines;
  }

  /** One more line, with the break before it, as the writer adds the last. */
  private static void append(StringBuilder lines, String[] row) {
    for (int i = 0; i < row.length; i++) {
      lines.append(i == 0 ? '\n' : ',');
      if (row[i] != null) {
        lines.append(row[i]);
      }
    }
  }

  private void send(String file, StringBuilder lines) {
    if (lines.length() > 0) {
      rows.add(RowFactory.create(file, lines.substring(1)));
      lines.setLength(0);
    }
  }
}
