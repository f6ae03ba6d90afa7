package dev.cohortium.config;

/**
 * The study, the data or the command line is at fault. The message says what, why and what to do;
 * the program ends with exit code 2 and the tables stay as they were. Anything else that is thrown
 * is a bug.
 */
public class UserFault extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public UserFault(String message) {
    super(message);
  }

  public UserFault(String message, Throwable cause) {
    super(message, cause);
  }
}
