#pragma once
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "temper/core/random.h"
#include "temper/recipe/recipe.h"
#include "temper/study/engine/trial.h"

/// Trials that take a second: small images in two classes, on disk, since a trial's process reads
/// them from there.
namespace temper::study::small {

namespace fs = std::filesystem;

inline constexpr int kSide = 8;
inline constexpr int kTrain = 96;
inline constexpr int kTest = 24;

inline void write_number(std::ofstream& file, std::uint32_t number) {
  for (const unsigned shift : {24U, 16U, 8U, 0U})
    file.put(static_cast<char>(static_cast<unsigned char>(number >> shift)));
}

/// A pair of IDX files. The images of class 1 are brighter, not all by much.
inline void write_set(const fs::path& folder, const std::string& set, int count,
                      std::uint64_t seed) {
  std::ofstream images(folder / (set + "-images-idx3-ubyte"), std::ios::binary);
  std::ofstream labels(folder / (set + "-labels-idx1-ubyte"), std::ios::binary);
  write_number(images, 0x00000803);
  write_number(images, static_cast<std::uint32_t>(count));
  write_number(images, kSide);
  write_number(images, kSide);
  write_number(labels, 0x00000801);
  write_number(labels, static_cast<std::uint32_t>(count));
  Random random(seed, Purpose::inspect);
  for (int i = 0; i < count; ++i) {
    labels.put(static_cast<char>(i % 2));
    for (int pixel = 0; pixel < kSide * kSide; ++pixel)
      images.put(static_cast<char>(static_cast<unsigned char>(random.below(200) + 30 * (i % 2))));
  }
}

/// @return the folder, as data.source names it
inline std::string write_data(const fs::path& folder) {
  fs::create_directories(folder);
  write_set(folder, "train", kTrain, 1);
  write_set(folder, "t10k", kTest, 2);
  return folder.string();
}

inline recipe::Recipe recipe(const std::string& data, std::vector<std::string> sets = {}) {
  sets.push_back("data.source=\"" + data + "\"");
  return recipe::parse(R"(
name = "small"
epochs = 2
threads = 1
[data]
batch_size = 16
validation = 0.25
num_workers = 1
augment = [{ kind = "flip" }]
[model]
kind = "resnet"
depth = 8
width = 4
[checkpoint]
every_steps = 2
[log]
every_steps = 1
)",
                       "small", sets);
}

inline Trial trial(const std::string& data, std::int64_t seed,
                   const std::vector<std::string>& sets = {},
                   const std::vector<std::string>& teachers = {}) {
  Trial made{
      .recipe = recipe(data, sets), .fingerprint = {}, .label = "small", .teachers = teachers};
  made.recipe.seed = seed;
  for (const auto& set : sets) made.label += " " + set;
  made.label += ", seed " + std::to_string(seed);
  Fingerprints fingerprints;
  made.fingerprint = fingerprints.of(made);
  return made;
}

}  // namespace temper::study::small
