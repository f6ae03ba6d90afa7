package dev.cohortium.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cohortium.config.UserFault;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Lets one run at a time write to a warehouse: WAREHOUSE/system/lock names its owner.
 *
 * <p>On a file system of the machine the operating system holds the lock and frees it when the
 * process dies, however it dies. Elsewhere (HDFS, object stores) the file itself is the lock; its
 * owner renews it, and it expires {@link #EXPIRY} after the last renewal.
 */
public abstract class WriterLock implements AutoCloseable {
  /** After so long without a sign of life an owner elsewhere is taken for dead. */
  static final Duration EXPIRY = Duration.ofMinutes(10);

  private static final String FILE = "system/lock";

  /** What is done about another owner. */
  public enum Claim {
    /** The run is refused. */
    IF_FREE,
    /** The lock is taken from an owner on another file system; its user knows that it is dead. */
    STEAL
  }

  /**
   * Takes the lock of the warehouse at {@code location}, whose folder exists.
   *
   * @param owner the run that takes it
   * @throws UserFault if another run has it
   */
  static WriterLock take(
      String location, Configuration hadoop, Run owner, Clock clock, Claim claim) {
    Path file = new Path(location, FILE);
    try {
      FileSystem files = file.getFileSystem(hadoop);
      return files.getUri().getScheme().equals("file")
          ? OfMachine.take(java.nio.file.Path.of(file.toUri().getPath()), owner)
          : OfStore.take(files, file, owner, clock, claim);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot lock " + file, e);
    }
  }

  private Optional<Owner> dead = Optional.empty();

  /**
   * Who holds a lock.
   *
   * @param runId the run
   * @param job the job at work
   */
  record Owner(String runId, String job, Instant startedAt) {}

  /** The run that had the lock before and did not give it back: it was killed. */
  Optional<Owner> dead() {
    return dead;
  }

  final void buried(Optional<JsonNode> card) {
    dead =
        card.filter(owner -> owner.hasNonNull("run_id") && owner.hasNonNull("started_at"))
            .map(
                owner ->
                    new Owner(
                        owner.path("run_id").asText(),
                        owner.path("job").asText("-"),
                        Instant.parse(owner.path("started_at").asText())));
  }

  /** Writes down which job is at work. */
  abstract void at(String job);

  /**
   * Fails if the lock is no longer this run's.
   *
   * @throws UserFault if another run has stolen it
   */
  abstract void check();

  @Override
  public abstract void close();

  private static ObjectNode card(Run owner) {
    return new ObjectMapper()
        .createObjectNode()
        .put("host", host())
        .put("process", ProcessHandle.current().pid())
        .put("run_id", owner.id())
        .put("started_at", owner.startedAt().toString());
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "an unnamed host";
    }
  }

  private static UserFault refusal(String place, Optional<JsonNode> owner, String remedy) {
    String who =
        owner
            .map(
                card ->
                    "host %s, process %s, started %s"
                        .formatted(
                            card.path("host").asText("?"),
                            card.path("process").asText("?"),
                            card.path("started_at").asText("?")))
            .orElse("a process that has not named itself yet");
    return new UserFault(
        "Another run is writing to this warehouse: "
            + who
            + " (it holds "
            + place
            + "). One run at a time may write. "
            + remedy);
  }

  private static Optional<JsonNode> parsed(byte[] card) {
    try {
      JsonNode read = new ObjectMapper().readTree(card);
      return Optional.ofNullable(read).filter(JsonNode::isObject);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /**
   * A lock that the operating system keeps. It frees all locks that a process has on a file when
   * the process closes any channel to it, so that one process opens the file once while it holds
   * it.
   */
  private static final class OfMachine extends WriterLock {
    private static final Map<java.nio.file.Path, ObjectNode> HELD = new ConcurrentHashMap<>();

    private final java.nio.file.Path file;
    private final FileChannel channel;
    private final ObjectNode card;

    private OfMachine(java.nio.file.Path file, FileChannel channel, ObjectNode card) {
      this.file = file;
      this.channel = channel;
      this.card = card;
    }

    static WriterLock take(java.nio.file.Path place, Run owner) throws IOException {
      java.nio.file.Path file = place.getParent().toRealPath().resolve(place.getFileName());
      ObjectNode card = card(owner);
      ObjectNode other = HELD.putIfAbsent(file, card);
      if (other != null) {
        throw isHeld(file, Optional.of(other));
      }
      try {
        return locked(file, card);
      } catch (Throwable e) {
        HELD.remove(file);
        throw e;
      }
    }

    private static WriterLock locked(java.nio.file.Path file, ObjectNode card) throws IOException {
      FileChannel channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      Optional<JsonNode> before = parsed(content(channel));
      if (channel.tryLock() == null) {
        channel.close();
        throw isHeld(file, before);
      }
      OfMachine lock = new OfMachine(file, channel, card);
      lock.buried(parsed(content(channel)));
      lock.at("-");
      return lock;
    }

    private static UserFault isHeld(java.nio.file.Path file, Optional<JsonNode> owner) {
      return refusal(
          file.toString(),
          owner,
          "Wait for it to end, or stop it: the lock is free as soon as its process is gone.");
    }

    private static byte[] content(FileChannel channel) throws IOException {
      ByteBuffer content = ByteBuffer.allocate((int) channel.size());
      channel.read(content, 0);
      return Arrays.copyOf(content.array(), content.position());
    }

    @Override
    void at(String job) {
      try {
        card.put("job", job);
        channel.truncate(0);
        channel.write(ByteBuffer.wrap(card.toString().getBytes(UTF_8)), 0);
      } catch (IOException e) {
        throw new UncheckedIOException("cannot write the lock", e);
      }
    }

    @Override
    void check() {
      // The operating system lets nobody else have it.
    }

    @Override
    public void close() {
      try {
        channel.truncate(0);
        channel.close();
      } catch (IOException e) {
        throw new UncheckedIOException("cannot free the lock", e);
      } finally {
        HELD.remove(file);
      }
    }
  }

  /** A lock that is an object with an expiry. */
  private static final class OfStore extends WriterLock {
    private static final String EXPIRES_AT = "expires_at";

    private final FileSystem files;
    private final Path file;
    private final ObjectNode card;
    private final Clock clock;
    private final Timer renewal = new Timer("cohortium-lock", true);

    private OfStore(FileSystem files, Path file, ObjectNode card, Clock clock) {
      this.files = files;
      this.file = file;
      this.card = card;
      this.clock = clock;
    }

    static WriterLock take(FileSystem files, Path file, Run owner, Clock clock, Claim claim)
        throws IOException {
      OfStore lock = new OfStore(files, file, card(owner), clock);
      if (!lock.isCreated()) {
        Optional<JsonNode> other = lock.owner();
        boolean isDead =
            other
                .map(card -> card.path(EXPIRES_AT).asText())
                .filter(at -> !at.isEmpty())
                .filter(at -> Instant.parse(at).isBefore(clock.instant()))
                .isPresent();
        if (!isDead && claim == Claim.IF_FREE) {
          throw refusal(
              file.toString(),
              other,
              "Wait for it to end. If it is dead, its lock expires "
                  + EXPIRY.toMinutes()
                  + " minutes after its last sign of life; --steal-lock takes it at once.");
        }
        lock.buried(other);
        lock.write(true);
      }
      // Stores that cannot create a file only where there is none let the last writer win.
      lock.check();
      lock.renewal.schedule(
          new TimerTask() {
            @Override
            public void run() {
              lock.renew();
            }
          },
          EXPIRY.toMillis() / 5,
          EXPIRY.toMillis() / 5);
      return lock;
    }

    @Override
    synchronized void at(String job) {
      try {
        card.put("job", job);
        if (isMine()) {
          write(true);
        }
      } catch (IOException e) {
        throw new UncheckedIOException("cannot write " + file, e);
      }
    }

    private boolean isCreated() throws IOException {
      try {
        write(false);
        return true;
      } catch (FileAlreadyExistsException e) {
        return false;
      } catch (IOException e) {
        if (files.exists(file)) {
          return false;
        }
        throw e;
      }
    }

    private void write(boolean over) throws IOException {
      card.put(EXPIRES_AT, clock.instant().plus(EXPIRY).toString());
      try (OutputStream out = files.create(file, over)) {
        out.write(card.toString().getBytes(UTF_8));
      }
    }

    private Optional<JsonNode> owner() throws IOException {
      if (!files.exists(file)) {
        return Optional.empty();
      }
      try (InputStream in = files.open(file)) {
        return parsed(in.readAllBytes());
      }
    }

    private boolean isMine() throws IOException {
      return owner().filter(this::isMine).isPresent();
    }

    private boolean isMine(JsonNode other) {
      return other.path("run_id").equals(card.path("run_id"))
          && other.path("host").equals(card.path("host"))
          && other.path("process").asLong() == card.path("process").asLong();
    }

    private synchronized void renew() {
      try {
        if (isMine()) {
          write(true);
        } else {
          renewal.cancel();
        }
      } catch (IOException | RuntimeException e) {
        // The next renewal may succeed; until the expiry nothing is lost.
        return;
      }
    }

    @Override
    synchronized void check() {
      try {
        Optional<JsonNode> owner = owner();
        // A card that cannot be read is being written; whose it is the next check tells.
        boolean isBeingWritten = owner.isEmpty() && files.exists(file);
        if (!isBeingWritten && owner.filter(this::isMine).isEmpty()) {
          throw refusal(file.toString(), owner, "It took the lock from this run, which ends here.");
        }
      } catch (IOException e) {
        throw new UncheckedIOException("cannot read " + file, e);
      }
    }

    @Override
    public synchronized void close() {
      renewal.cancel();
      try {
        if (isMine()) {
          files.delete(file, false);
        }
      } catch (IOException e) {
        throw new UncheckedIOException("cannot free " + file, e);
      }
    }
  }
}
