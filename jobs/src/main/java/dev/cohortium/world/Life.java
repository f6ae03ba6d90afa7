package dev.cohortium.world;

import dev.cohortium.world.HoldOut.Arm;

/**
 * One customer's life, in every course that it might take. The courses share all chances (common
 * random numbers), so that they differ by what was decided and by what follows from it alone.
 */
final class Life {
  private final Setting setting;
  private final Person person;
  private final HoldOut holdOut;

  Life(Setting setting, Person person) {
    this.setting = setting;
    this.person = person;
    this.holdOut = new HoldOut(setting, person);
  }

  Person person() {
    return person;
  }

  HoldOut holdOut() {
    return holdOut;
  }

  /** What happens. */
  Path actual() {
    return in(holdOut.arm());
  }

  /** What happens in an arm of the experiment. */
  Path in(Arm arm) {
    return live(Choice.actual(arm), new Path(setting.months()), 0);
  }

  /** What had happened in the other arm to somebody who was assigned before joining. */
  Path inOtherArm(Path actual) {
    int assigned = holdOut.assigned().orElseThrow();
    Arm other = holdOut.arm() == Arm.CONTROL ? Arm.TREATMENT : Arm.CONTROL;
    return live(Choice.actual(other), actual.before(assigned), assigned);
  }

  /** What had happened to a member without ever joining. */
  Path stayingOut(Path actual) {
    return since(actual, Choice.stayOut(holdOut.arm()));
  }

  /** What had happened to a member who had not joined when it did; it may join later. */
  Path asUsual(Path actual) {
    return since(actual, Choice.asUsual(actual.joinedAt(), holdOut.arm()));
  }

  /** Before the month of joining all courses are one. */
  private Path since(Path actual, Choice choice) {
    int month = actual.hasJoined() ? actual.joiningMonth() : setting.months();
    return live(choice, actual.before(month), month);
  }

  private Path live(Choice choice, Path before, int month) {
    return new Living(setting, person, holdOut, choice, before).from(month);
  }
}
