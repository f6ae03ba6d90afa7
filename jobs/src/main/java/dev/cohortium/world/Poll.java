package dev.cohortium.world;

import static dev.cohortium.world.Draws.Purpose.ANSWER;
import static dev.cohortium.world.Draws.Purpose.ANSWERED;
import static dev.cohortium.world.Draws.Purpose.ANSWER_TIME;
import static dev.cohortium.world.Draws.Purpose.ASKED;

import dev.cohortium.config.World.Survey;
import java.util.ArrayList;
import java.util.List;

/**
 * What one customer answers. Who is content answers better and more often, buys more and stays
 * longer; the programme itself changes no opinion.
 */
final class Poll {
  private static final List<String> ASPECTS = List.of("price", "range", "service");
  private static final List<String> DIMENSIONS =
      List.of("reliability", "responsiveness", "tangibles");
  private static final int MONTHS_OF_CUSTOM = 3;
  private static final double WILLING = 0.4;

  private final Survey survey;
  private final Person person;
  private final Path path;
  private final List<Answer> answers = new ArrayList<>();

  /** One answer; brand is empty for the own one. */
  record Answer(double moment, String question, int score, String brand) {}

  private Poll(Setting setting, Person person, Path path) {
    this.survey = setting.world().survey();
    this.person = person;
    this.path = path;
  }

  /** All answers of a life. */
  static List<Answer> of(Setting setting, Person person, Path path) {
    Poll poll = new Poll(setting, person, path);
    for (int t = 0; t < path.months(); t++) {
      poll.ask(t);
    }
    return poll.answers;
  }

  private void ask(int month) {
    Draws draws = person.draws();
    double answered =
        1 / (1 + (1 / survey.answered() - 1) * Math.exp(-WILLING * person.satisfaction()));
    boolean answers =
        (person.isKnown() || path.hasJoinedBy(month))
            && hasBoughtLately(month)
            && draws.happens(survey.asked(), ASKED, month, 0)
            && draws.happens(answered, ANSWERED, month, 0);
    if (answers) {
      answer(month, month + draws.share(ANSWER_TIME, month, 0));
    }
  }

  private boolean hasBoughtLately(int month) {
    boolean hasBought = false;
    for (int t = Math.max(0, month - MONTHS_OF_CUSTOM); t < month; t++) {
      hasBought |= path.orders(t) > 0;
    }
    return hasBought;
  }

  private void answer(int month, double moment) {
    int question = 0;
    double mood = person.satisfaction();
    add(moment, "nps", score(month, question++, survey.nps() + 1.3 * mood, 1.4, 0, 10), "");
    for (String aspect : ASPECTS) {
      add(moment, "csi:" + aspect, score(month, question++, 3.7 + 0.6 * mood, 0.7, 1, 5), "");
    }
    for (String dimension : DIMENSIONS) {
      String of = "servqual:" + dimension;
      add(moment, of + ":expected", score(month, question++, 6.0, 0.7, 1, 7), "");
      add(moment, of + ":perceived", score(month, question++, 5.4 + 0.7 * mood, 0.8, 1, 7), "");
    }
    if (person.draws().happens(survey.rival(), ASKED, month, 1)) {
      double mean = survey.nps() - 0.4 - 0.4 * mood;
      add(moment, "nps", score(month, question, mean, 1.6, 0, 10), "rival");
    }
  }

  private int score(int month, int question, double mean, double sd, int low, int high) {
    double score = mean + sd * person.draws().normal(ANSWER, month, question);
    return (int) Math.max(low, Math.min(high, Math.round(score)));
  }

  private void add(double moment, String question, int score, String brand) {
    answers.add(new Answer(moment, question, score, brand));
  }
}
