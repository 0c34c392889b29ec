#pragma once
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "temper/io/disk/hash.h"
#include "temper/io/format/json_lines.h"
#include "temper/train/checkpoint.h"

/// Comparison of finished runs by the bytes of their files.
namespace temper::run {

/// The hashes of all files with tensors: of the run, and of its last checkpoint.
inline std::map<std::string, std::string> tensor_files(const std::filesystem::path& run) {
  std::map<std::string, std::string> hashes;
  for (const auto& folder : {run, train::list_checkpoints(run / "checkpoints").back()})
    for (const auto& entry : std::filesystem::directory_iterator(folder))
      if (entry.path().extension() == ".safetensors")
        hashes[entry.path().lexically_relative(run).string()] = io::hash_file(entry.path());
  return hashes;
}

/// The lines of the log, without times, and without those that say when processes began.
inline std::vector<nlohmann::json> history(const std::filesystem::path& run) {
  std::vector<nlohmann::json> lines;
  for (auto line : io::read_json_lines(run / "metrics.jsonl")) {
    const auto event = line.at("event").get<std::string>();
    if (event == "start" || event == "end" || event == "warning") continue;
    line.erase("seconds");
    line.erase("images_per_second");
    if (line.contains("tta"))
      for (const auto* time : {"seconds", "seconds_without"}) line["tta"].erase(time);
    lines.push_back(line);
  }
  return lines;
}

/// The manifest of the last checkpoint, without times.
inline std::string last_manifest(const std::filesystem::path& run) {
  auto manifest = train::read_manifest(train::list_checkpoints(run / "checkpoints").back());
  manifest.seconds = 0;
  return train::to_text(manifest);
}

inline void expect_same_run(const std::filesystem::path& left, const std::filesystem::path& right) {
  EXPECT_EQ(tensor_files(left), tensor_files(right));
  EXPECT_EQ(last_manifest(left), last_manifest(right));
  EXPECT_EQ(history(left), history(right));
}

}  // namespace temper::run
