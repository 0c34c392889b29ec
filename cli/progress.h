#pragma once
#include <cstdint>
#include <string>

#include "temper/train/events.h"

namespace temper::cli {

/// Shows the progress of a run: one updating line on a terminal, otherwise occasional plain lines.
class Progress : public train::Observer {
 public:
  Progress();
  void on_event(const train::Event& event) override;

 private:
  void show(const train::Started& event);
  void show(const train::LinearProbed& event);
  void show(const train::Stepped& event);
  void show(const train::Evaluated& event);
  void show(const train::SkippedStep& event);
  void show(const train::SkippedImage& event);
  void show(const train::EarlyStop& event);
  void show(const train::Warned& event);
  void show(const train::Norms&) {}
  void show(const train::Tested&) {}
  void show(const train::Ended&) {}
  void line(const std::string& text) const;  ///< a permanent line

  bool terminal_;
  train::Started run_;
  double seconds_at_start_ = -1;  ///< of the first step seen, for the remaining time
  std::int64_t step_at_start_ = 0;
  std::int64_t next_plain_ = 0;
  std::int64_t skipped_ = 0;  ///< images
};

}  // namespace temper::cli
