package dev.cohortium.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cohortium.config.UserFault;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WriterLockTest {
  private static final Instant NOON = Instant.parse("2024-04-01T12:00:00Z");

  @TempDir private Path folder;

  @BeforeEach
  void system() throws IOException {
    Files.createDirectories(folder.resolve("system"));
  }

  @Test
  void a_second_run_is_refused_by_the_name_of_the_first_until_that_ends() throws IOException {
    try (WriterLock first = take(folder.toString(), "first", NOON)) {
      first.check();
      assertThatThrownBy(() -> take(folder.toString(), "second", NOON))
          .isInstanceOf(UserFault.class)
          .hasMessageContaining("Another run is writing to this warehouse: host ")
          .hasMessageContaining("process " + ProcessHandle.current().pid())
          .hasMessageContaining("started 2024-04-01T12:00:00Z")
          .hasMessageContaining("free as soon as its process is gone");
    }

    take(folder.toString(), "second", NOON).close();
  }

  /** Another process, which tries to lock a file. */
  static final class Other {
    private Other() {}

    public static void main(String[] file) throws IOException {
      try (FileChannel channel = FileChannel.open(Path.of(file[0]), StandardOpenOption.WRITE)) {
        System.exit(channel.tryLock() == null ? 7 : 0);
      }
    }
  }

  @Test
  void no_other_process_gets_the_lock_even_after_this_one_was_refused_it_again() throws Exception {
    Files.writeString(folder.resolve("system/lock"), "{\"host\":\"gone\",\"process\":1}");
    WriterLock first = take(folder.toString(), "first", NOON);
    assertThat(otherProcess()).isEqualTo(7);
    assertThatThrownBy(() -> take(folder.toString(), "second", NOON)).isInstanceOf(UserFault.class);
    assertThat(otherProcess()).isEqualTo(7);
    first.at("ingest");
    assertThat(otherProcess()).isEqualTo(7);

    first.close();
    assertThat(otherProcess()).isZero();
  }

  private int otherProcess() throws Exception {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin/java").toString(),
            "-cp",
            Path.of(Other.class.getProtectionDomain().getCodeSource().getLocation().toURI())
                .toString(),
            Other.class.getName(),
            folder.resolve("system/lock").toString())
        .inheritIO()
        .start()
        .waitFor();
  }

  @Test
  void what_a_dead_process_wrote_into_the_file_of_the_machine_locks_nothing() throws IOException {
    Files.writeString(folder.resolve("system/lock"), "{\"host\":\"gone\",\"process\":1}");

    take(folder.toString(), "next", NOON).close();
  }

  @Test
  void on_a_store_the_owner_is_refused_until_it_ends_expires_or_is_stolen_from() {
    String store = "store:" + folder;
    WriterLock first = take(store, "first", NOON);
    assertThatThrownBy(() -> take(store, "second", NOON.plus(Duration.ofMinutes(9))))
        .isInstanceOf(UserFault.class)
        .hasMessageContaining("started 2024-04-01T12:00:00Z")
        .hasMessageContaining("expires 10 minutes after its last sign of life")
        .hasMessageContaining("--steal-lock");

    WriterLock expired = take(store, "third", NOON.plus(Duration.ofMinutes(11)));
    expired.check();
    assertThatThrownBy(first::check)
        .isInstanceOf(UserFault.class)
        .hasMessageContaining("It took the lock from this run, which ends here");
    first.close();
    expired.check();

    WriterLock stolen = steal(store, "fourth", NOON.plus(Duration.ofMinutes(12)));
    stolen.check();
    assertThatThrownBy(expired::check).isInstanceOf(UserFault.class);
    stolen.close();
    expired.close();

    take(store, "fifth", NOON).close();
    assertThat(folder.resolve("system/lock")).doesNotExist();
  }

  @Test
  void a_lock_that_was_cut_off_while_it_was_written_is_held_until_it_is_stolen()
      throws IOException {
    Files.write(folder.resolve("system/lock"), "{\"host\":".getBytes(UTF_8));
    String store = "store:" + folder;

    assertThatThrownBy(() -> take(store, "second", NOON))
        .isInstanceOf(UserFault.class)
        .hasMessageContaining("a process that has not named itself yet");
    steal(store, "second", NOON).close();
  }

  /** A file system that is not the machine's, as HDFS and object stores are not. */
  public static final class Store extends RawLocalFileSystem {
    @Override
    public URI getUri() {
      return URI.create("store:///");
    }

    @Override
    public String getScheme() {
      return "store";
    }
  }

  private static WriterLock take(String location, String run, Instant now) {
    return lock(location, run, now, WriterLock.Claim.IF_FREE);
  }

  private static WriterLock steal(String location, String run, Instant now) {
    return lock(location, run, now, WriterLock.Claim.STEAL);
  }

  private static WriterLock lock(String location, String run, Instant now, WriterLock.Claim claim) {
    Configuration hadoop = new Configuration();
    hadoop.setClass("fs.store.impl", Store.class, org.apache.hadoop.fs.FileSystem.class);
    return WriterLock.take(
        location, hadoop, Run.unwatched(run, now), Clock.fixed(now, ZoneOffset.UTC), claim);
  }
}
