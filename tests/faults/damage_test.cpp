// A damaged checkpoint is never loaded.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <fstream>

#include "temper/core/error.h"
#include "temper/core/random.h"
#include "temper/io/disk/read_file.h"
#include "temper/train/checkpoint.h"
#include "tests/faults/process.h"

namespace temper::faults {
namespace {

namespace fs = std::filesystem;

void write(const fs::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
}

void flip(char& byte, std::uint64_t bits) {
  byte = static_cast<char>(static_cast<unsigned char>(byte) ^ bits);
}

/// A kind of damage to a file; `other` is another file of the checkpoint.
std::string damaged(std::string text, const std::string& other, Random& random) {
  const auto at = [&] { return static_cast<std::size_t>(random.below(text.size())); };
  switch (random.below(6)) {
    case 0:
      flip(text[at()], 1U << random.below(8));
      break;
    case 1:
      text.resize(at());
      break;
    case 2:  // the header of another file
      text.replace(0, std::min<std::size_t>(256, text.size()), other, 0, 256);
      break;
    case 3:  // the length of the header
      flip(text[random.below(std::min<std::uint64_t>(8, text.size()))], 1 + random.below(255));
      break;
    case 4:
      text += text.substr(0, 1 + at());
      break;
    default:
      text.replace(at(), 64, std::min<std::size_t>(64, text.size()), '\0');
  }
  return text;
}

TEST(Damage, IsFoundInThreeThousandCheckpoints) {
  const TestFolder folder;
  ASSERT_EQ(run_worker({.directory = folder / "run", .stop_at = 4}).status, 75);
  const auto checkpoint = train::list_checkpoints(folder / "run/checkpoints").back();
  const auto plan = make_plan("", {});
  auto state = train::start(plan.recipe, train::build_network(plan));
  train::load_checkpoint(state, checkpoint);

  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(checkpoint)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  ASSERT_EQ(files.size(), 4U);
  Random random(5, Purpose::inspect);
  for (int i = 0; i < (everything() ? 3000 : 600); ++i) {
    const auto& file = files[random.below(files.size())];
    const auto before = io::read_text(file);
    const auto after = damaged(before, io::read_text(files[random.below(files.size())]), random);
    if (after == before) continue;
    write(file, after);
    try {
      train::load_checkpoint(state, checkpoint);
      FAIL() << "loaded with a damaged " << file;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Code::data) << error.what();
      EXPECT_THAT(error.what(), ::testing::HasSubstr(file.filename().string()));
    }
    write(file, before);
  }
  train::load_checkpoint(state, checkpoint);
}

/// Safetensors without a manifest: whatever is parsed must stay within the file.
TEST(Damage, OfSafetensorsAloneIsFoundOrHarmless) {
  const TestFolder folder;
  const auto path = folder / "tensors.safetensors";
  const auto plan = make_plan("", {});
  const auto state = train::start(plan.recipe, train::build_network(plan));
  train::save_tensors(path, train::weights(*state.network));
  const auto whole = io::read_text(path);
  Random random(6, Purpose::inspect);
  int refused = 0;
  for (int i = 0; i < (everything() ? 3000 : 600); ++i) {
    const auto text = damaged(whole, whole.substr(whole.size() / 2), random);
    try {
      const io::Safetensors file(std::as_bytes(std::span(text)), "tensors");
      std::uint64_t sum = 0;
      for (const auto& tensor : file.tensors())
        for (const auto byte : tensor.bytes) sum += static_cast<std::uint64_t>(byte);
      EXPECT_GE(sum, 0U);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Code::data);
      ++refused;
    }
  }
  EXPECT_GT(refused, 100);
}

TEST(Damage, OfTheNewestCheckpointIsNamedAndTheOneBeforeIsUsed) {
  const TestFolder folder;
  const Job whole{.directory = folder / "whole"};
  ASSERT_EQ(run_worker(whole).status, 0);
  ASSERT_EQ(run_worker({.directory = folder / "run", .stop_at = 5}).status, 75);
  const auto newest = train::list_checkpoints(folder / "run/checkpoints").back();
  auto text = io::read_text(newest / "optimizer.safetensors");
  text.back() ^= 1;
  write(newest / "optimizer.safetensors", text);
  ASSERT_EQ(run_worker({.directory = folder / "run"}).status, 0);
  EXPECT_THAT(io::read_text(folder / "run/metrics.jsonl"),
              ::testing::AllOf(::testing::HasSubstr("step-00000005/optimizer.safetensors: damaged"),
                               ::testing::HasSubstr("step-00000004 instead")));
  EXPECT_EQ(result_of(folder / "run"), result_of(whole.directory));
}

TEST(Damage, OfAllCheckpointsBeginsAnewInTheSameRun) {
  const TestFolder folder;
  const Job whole{.directory = folder / "whole"};
  ASSERT_EQ(run_worker(whole).status, 0);
  ASSERT_EQ(run_worker({.directory = folder / "run", .stop_at = 5}).status, 75);
  for (const auto& checkpoint : train::list_checkpoints(folder / "run/checkpoints"))
    write(checkpoint / "manifest.json", "{");
  const auto ending = run_worker({.directory = folder / "run"});
  ASSERT_EQ(ending.status, 0) << ending.errors;
  EXPECT_EQ(result_of(folder / "run"), result_of(whole.directory));
}

TEST(Best, CheckpointIsKeptAndRetentionHolds) {
  const TestFolder folder;
  const std::vector<std::string> edits{"epochs=6", "checkpoint.best=validation_loss",
                                       "checkpoint.keep=1"};
  ASSERT_EQ(run_worker({.directory = folder / "run", .sets = edits}).status, 0);
  const auto checkpoints = fs::path(folder / "run/checkpoints");
  const auto best = train::best_checkpoint(checkpoints, recipe::Best::validation_loss);
  ASSERT_TRUE(best);
  EXPECT_LE(train::list_checkpoints(checkpoints).size(), 2U);
  EXPECT_TRUE(train::read_manifest(*best).evaluated);
  EXPECT_EQ(train::read_manifest(*best).step % kStepsPerEpoch, 0);
}

}  // namespace
}  // namespace temper::faults
