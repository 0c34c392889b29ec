#pragma once
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "temper/core/error.h"
#include "temper/study/definition/study.h"

namespace temper::study::testing {

/// A study with some keys, a small base recipe and rows. Keys of one line are in line 1; the rows
/// begin in line 5 then.
inline std::string text(const std::string& keys, const std::string& rows) {
  return keys + "\n[base]\nepochs = 2\noptimizer.lr = 0.1\n" + rows;
}

inline Study study(const std::string& keys, const std::string& rows,
                   const std::vector<std::string>& sets = {}) {
  return parse_study(text(keys, rows), "s.toml", sets);
}

template <class Call>
std::string message_of(const Call& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "(not refused)";
}

/// What is wrong with a study.
inline std::string refusal(const std::string& keys, const std::string& rows,
                           const std::vector<std::string>& sets = {}) {
  return message_of([&] { (void)study(keys, rows, sets); });
}

/// A row of two lines.
inline std::string row(const std::string& name, const std::string& rest) {
  return "[[row]]\nname = \"" + name + "\"\n" + rest + "\n";
}

inline const std::string kDecay = row("decay", "set.optimizer.weight_decay = 5e-4");
inline const std::string kSmoothing =
    row("smoothing", "tag = \"regularization\"\nset.loss.label_smoothing = { smoothing = 0.1 }");
inline const std::string kWide = row("wide", "tag = \"architecture\"\nset.model.width = 24");

}  // namespace temper::study::testing
