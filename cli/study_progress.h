#pragma once
#include <cstdint>
#include <string>

#include "temper/study/analysis/course.h"
#include "temper/study/analysis/table.h"
#include "temper/study/engine/progress.h"

namespace temper::cli {

/// Shows how far a study has come, on standard error: a table that fills in on a terminal, with the
/// cost so far and the time left, otherwise a line for each run that has ended.
class StudyProgress {
 public:
  StudyProgress();
  ~StudyProgress();
  StudyProgress(const StudyProgress&) = delete;
  StudyProgress& operator=(const StudyProgress&) = delete;
  StudyProgress(StudyProgress&&) = delete;
  StudyProgress& operator=(StudyProgress&&) = delete;

  void on_batch(const study::Stand& stand);  ///< what is to be run next, and its cost
  void on_table(const study::StudyTable& table);
  void on_progress(const study::Progress& progress);

 private:
  void line(const std::string& text);  ///< a permanent one
  void draw();                         ///< in place of what was drawn before
  void erase();

  bool terminal_;
  std::string table_;       ///< as text
  std::string status_;      ///< the line below it
  std::int64_t drawn_ = 0;  ///< lines on the terminal that the next drawing replaces
};

}  // namespace temper::cli
