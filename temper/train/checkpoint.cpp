#include "temper/train/checkpoint.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <span>
#include <tuple>
#include <utility>

#include "temper/core/error.h"
#include "temper/io/disk/atomic_file.h"
#include "temper/io/disk/folder.h"
#include "temper/io/disk/hash.h"
#include "temper/io/disk/read_file.h"
#include "temper/train/averaged.h"
#include "temper/train/data_parallel.h"
#include "temper/train/optimizer_shards.h"
#include "temper/train/plateaus.h"
#include "temper/train/unlabelled.h"

namespace temper::train {
namespace {

namespace fs = std::filesystem;
using recipe::Best;

constexpr std::string_view kManifest = "manifest.json";
constexpr std::string_view kPrefix = "step-";

constexpr std::string_view kModel = "model.safetensors";
constexpr std::string_view kOptimizer = "optimizer.safetensors";
constexpr std::string_view kProjection = "projection.safetensors";  ///< of distillation.features
constexpr std::string_view kTeacher = "teacher.safetensors";        ///< of recipe.semi
constexpr std::string_view kPerturbation = "perturbation.safetensors";  ///< of recipe.adversarial
constexpr std::string_view kBest = "best.safetensors";                  ///< of early stopping
constexpr std::string_view kAverages = "averages";
constexpr std::string_view kBestAverages = "best-averages";
constexpr std::string_view kSnapshots = "snapshots";  ///< of an average

/// The file of an average: "averages.safetensors", "averages-2.safetensors", ...
std::string file_of(std::string_view what, std::size_t index) {
  return index == 0 ? fmt::format("{}.safetensors", what)
                    : fmt::format("{}-{}.safetensors", what, index + 1);
}

std::vector<Named> perturbation(const State& state) {
  return {{"perturbation", state.perturbation}};
}

/// The files of a checkpoint, with the tensors of the state in each.
std::vector<Snapshot::Part> parts(const State& state) {
  std::vector<Snapshot::Part> all{{std::string(kModel), weights(*state.network)}};
  if (!state.shards) all.push_back({std::string(kOptimizer), state.optimizer.tensors});
  if (!state.projection.empty()) all.push_back({std::string(kProjection), state.projection});
  if (state.mean_teacher) all.push_back({std::string(kTeacher), weights(*state.mean_teacher)});
  if (state.perturbation.defined())
    all.push_back({std::string(kPerturbation), perturbation(state)});
  for (std::size_t i = 0; i < state.averages.size(); ++i) {
    const auto& average = state.averages[i];
    all.push_back({file_of(kAverages, i), average.tensors});
    if (!average.snapshots.empty()) all.push_back({file_of(kSnapshots, i), average.snapshots});
  }
  if (!state.best) return all;
  all.push_back({std::string(kBest), state.best->raw});
  for (std::size_t i = 0; i < state.best->averaged.size(); ++i)
    all.push_back({file_of(kBestAverages, i), state.best->averaged[i]});
  return all;
}

at::Tensor row_major_copy(const at::Tensor& tensor) {
  return at::empty(tensor.sizes(), tensor.options().device(at::kCPU).requires_grad(false))
      .copy_(tensor.detach());
}

/// Throws unless a checkpoint can be loaded into the state.
void require_whole(const State& state) {
  if (state.shards)
    throw Error(Code::internal,
                "a checkpoint can't be loaded into a part of the optimizer's state");
}

/// Whether a folder of this name is a step's checkpoint.
bool is_checkpoint_name(std::string_view name) {
  if (!name.starts_with(kPrefix)) return false;
  const auto digits = name.substr(kPrefix.size());
  return !digits.empty() && digits.find_first_not_of("0123456789") == std::string_view::npos;
}

constexpr std::string_view kUnfinished = ".unfinished";

/// Where the files of a step's checkpoint are before all of them are written.
fs::path unfinished_at(const fs::path& checkpoints, std::int64_t step) {
  return checkpoint_at(checkpoints, step) += kUnfinished;
}

void verify(const fs::path& checkpoint, const Manifest& manifest, const std::string& name) {
  const auto file = checkpoint / name;
  const auto known = manifest.files.find(name);
  const std::string expected = known == manifest.files.end() ? "" : known->second;
  if (!fs::exists(file))
    throw Error(Code::data, {.file = file.string()}, "missing from its checkpoint");
  if (const auto found = io::hash_file(file); found != expected)
    throw Error(Code::data, {.file = file.string()},
                fmt::format("damaged (checksum {}, the manifest says {})", found,
                            expected.empty() ? "nothing" : expected));
}

void verify(const fs::path& checkpoint, const Manifest& manifest) {
  for (const auto& [name, checksum] : manifest.files) verify(checkpoint, manifest, name);
}

void load_steps(State& state, const Manifest& manifest) {
  state.step = manifest.step;
  state.origin = manifest.origin;
  state.left_out = manifest.left_out;
  state.left_out_in_row = manifest.left_out_in_row;
}

void load_records(State& state, const Manifest& manifest) {
  take_plateaus(state, manifest.plateaus);
  if (state.stop) state.stop = manifest.stop.value_or(regularize::EarlyStoppingState{});
  for (std::size_t i = 0; i < state.averages.size(); ++i)
    state.averages[i].updates = manifest.averages[i].updates;
}

/// Whether the checkpoint has an average of the same kind as the state's.
bool has_average(const State& state, const Manifest& manifest, std::size_t index) {
  return index < manifest.averages.size() &&
         manifest.averages[index].kind == state.averages[index].kind;
}

/// Throws unless the checkpoint has the averages of the state.
void require_averages(const State& state, const Manifest& manifest, const fs::path& checkpoint) {
  bool same = manifest.averages.size() == state.averages.size();
  for (std::size_t i = 0; i < state.averages.size(); ++i)
    same = same && has_average(state, manifest, i);
  if (same) return;
  std::vector<std::string_view> found;
  std::vector<std::string_view> expected;
  for (const auto& average : manifest.averages) found.push_back(average.kind);
  for (const auto& average : state.averages) expected.push_back(average.kind);
  throw Error(Code::data, {.file = checkpoint.string()},
              fmt::format("the averages of the weights are [{}]; expected [{}]",
                          fmt::join(found, ", "), fmt::join(expected, ", ")));
}

/// Whether a part is what is trained, not what a run keeps of it.
bool is_trained(const Snapshot::Part& part) {
  return part.file == kModel || part.file == kOptimizer || part.file == kProjection ||
         part.file == kTeacher || part.file == kPerturbation;
}

/// Whether the file has the part's tensors, in every bit.
bool has_tensors(const io::Safetensors& file, const Snapshot::Part& part) {
  return file.tensors().size() == part.tensors.size() &&
         std::ranges::all_of(part.tensors, [&](const Named& named) {
           const auto* found = file.find(named.first);
           if (found == nullptr) return false;
           const auto here = row_major_copy(named.second);
           const auto bytes =
               std::span(static_cast<const std::byte*>(here.const_data_ptr()), here.nbytes());
           return std::ranges::equal(found->shape, here.sizes()) &&
                  std::ranges::equal(found->bytes, bytes);
         });
}

/// Resets an average to these weights.
void reset_average(const regularize::Averages& averages, std::span<const Named> weights) {
  for (std::size_t i = 0; i < weights.size(); ++i)
    averages.tensors[i].second.copy_(weights[i].second.detach());
}

bool better(const BestMetric& left, const BestMetric& right) {
  return left.by == name_of(Best::validation_loss) ? left.value < right.value
                                                   : left.value > right.value;
}

/// The manifest is removed first, so that a partly removed folder is not a checkpoint.
void remove_checkpoint(const fs::path& checkpoint) {
  if (io::discard(checkpoint / kManifest)) io::discard(checkpoint);
}

/// In the order of their steps: those of more than eight digits have longer names.
bool is_before(const fs::path& a, const fs::path& b) {
  return std::pair(a.native().size(), a.native()) < std::pair(b.native().size(), b.native());
}

}  // namespace

Manifest manifest_of(const State& state, Manifest manifest) {
  manifest.step = state.step;
  manifest.origin = state.origin;
  manifest.left_out = state.left_out;
  manifest.left_out_in_row = state.left_out_in_row;
  manifest.optimizer_steps = state.optimizer.step;
  for (const auto& average : state.averages)
    manifest.averages.push_back({std::string(average.kind), average.updates});
  manifest.plateaus = state.plateaus;
  manifest.stop = state.stop;
  return manifest;
}

std::vector<Named> tensors_of(const State& state) {
  std::vector<Named> all;
  for (const auto& part : parts(state))
    all.insert(all.end(), part.tensors.begin(), part.tensors.end());
  return all;
}

Snapshot snapshot(const State& state, Manifest manifest, io::Metadata metadata) {
  const at::NoGradGuard guard;
  Snapshot copy{.manifest = manifest_of(state, std::move(manifest)),
                .parts = parts(state),
                .metadata = std::move(metadata)};
  for (auto& part : copy.parts)
    for (auto& [name, tensor] : part.tensors) tensor = row_major_copy(tensor);
  return copy;
}

void load_snapshot(State& state, const Snapshot& snapshot) {
  const at::NoGradGuard guard;
  const auto all = parts(state);  // the first ones of the snapshot
  for (std::size_t i = 0; i < all.size(); ++i)
    for (std::size_t k = 0; k < all[i].tensors.size(); ++k)
      all[i].tensors[k].second.copy_(snapshot.parts[i].tensors[k].second);
  load_counters(state, snapshot.manifest);
}

std::string write_optimizer(const State& state, const fs::path& checkpoints) {
  const auto folder = unfinished_at(checkpoints, state.step);
  io::discard(folder);
  io::make_folder(folder);
  const auto& shards = *state.shards;
  save_tensors(folder / kOptimizer, shards.layout(), [&](const TensorSink& write) {
    shards.gather(state.optimizer, state.ranks->group(), write);
  });
  return std::string(kOptimizer);
}

void send_optimizer(const State& state) {
  state.shards->gather(state.optimizer, state.ranks->group(), {});
}

void write_checkpoint(const Snapshot& snapshot, const fs::path& checkpoints) {
  auto manifest = snapshot.manifest;
  const auto folder = unfinished_at(checkpoints, manifest.step);
  if (snapshot.written.empty()) io::discard(folder);
  io::make_folder(folder);
  for (const auto& file : snapshot.written) manifest.files[file] = io::hash_file(folder / file);
  for (const auto& part : snapshot.parts) {
    const bool is_model = part.file == kModel || !is_trained(part);
    save_tensors(folder / part.file, part.tensors, is_model ? snapshot.metadata : io::Metadata{});
    manifest.files[part.file] = io::hash_file(folder / part.file);
  }
  io::write_atomically(folder / kManifest, to_text(manifest));
  // A step's checkpoint is written again when the evaluation of its epoch is done.
  io::replace_folder(folder, checkpoint_at(checkpoints, manifest.step));
}

std::int64_t anchor_below(std::int64_t step, std::int64_t origin, std::int64_t every) {
  return std::max(origin, step / every * every);
}

void remove_superseded(const fs::path& checkpoints, const Keep& keep) {
  const auto all = list_checkpoints(checkpoints);
  const auto count = std::min<std::size_t>(all.size(), static_cast<std::size_t>(keep.newest));
  const std::vector<fs::path> newest(all.end() - static_cast<std::ptrdiff_t>(count), all.end());
  auto stay = newest;
  if (const auto best = best_checkpoint(checkpoints, keep.best)) stay.push_back(*best);
  // A run resumes from an older one where the newest is damaged, and may then roll back.
  if (keep.anchor_every > 0)
    for (const auto& checkpoint : newest)
      if (const auto at = readable_manifest(checkpoint))
        stay.push_back(
            checkpoint_at(checkpoints, anchor_below(at->step, at->origin, keep.anchor_every)));
  for (const auto& checkpoint : all)
    if (std::ranges::find(stay, checkpoint) == stay.end()) remove_checkpoint(checkpoint);
}

fs::path checkpoint_at(const fs::path& checkpoints, std::int64_t step) {
  return checkpoints / fmt::format("{}{:08}", kPrefix, step);
}

void recover_checkpoints(const fs::path& checkpoints) {
  std::error_code none;
  std::vector<fs::path> folders;
  for (const auto& entry : fs::directory_iterator(checkpoints, none))
    folders.push_back(entry.path());
  for (const auto& folder : folders) {
    const auto name = folder.filename().native();
    const auto place = std::string_view(name).substr(0, name.find(kUnfinished));
    if (!is_checkpoint_name(place)) continue;  // not a run's
    const bool has_manifest = fs::exists(folder / kManifest, none);
    if (has_manifest && place == name) io::remove_temporaries(folder);
    // Beside a checkpoint it may be an earlier one of the step, which was being removed.
    else if (has_manifest && name.ends_with(kUnfinished) &&
             !fs::exists(checkpoints / place / kManifest, none))
      io::replace_folder(folder, checkpoints / place);
    else if (!none)
      io::discard(folder);
  }
}

std::vector<fs::path> list_checkpoints(const fs::path& checkpoints) {
  std::vector<fs::path> found;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(checkpoints, none))
    if (is_checkpoint_name(entry.path().filename().native()) &&
        fs::exists(entry.path() / kManifest, none))
      found.push_back(entry.path());
  std::ranges::sort(found, is_before);
  return found;
}

std::optional<fs::path> best_checkpoint(const fs::path& checkpoints, Best by) {
  std::optional<fs::path> best;
  std::optional<BestMetric> best_metric;
  if (by == Best::none) return best;
  for (const auto& checkpoint : list_checkpoints(checkpoints)) {
    std::optional<BestMetric> found;
    try {
      found = read_manifest(checkpoint).best_metric;
    } catch (const Error&) {
      continue;  // damaged ones are not candidates; loading them throws
    }
    if (!found || found->by != name_of(by) || (best_metric && !better(*found, *best_metric)))
      continue;
    best = checkpoint;
    best_metric = found;
  }
  return best;
}

Manifest read_manifest(const fs::path& checkpoint) {
  const auto path = checkpoint / kManifest;
  auto manifest = parse_manifest(io::read_text(path), path.string());
  if (const auto place = checkpoint_at(checkpoint.parent_path(), manifest.step);
      place.filename() != checkpoint.filename())
    throw Error(Code::data, {.file = path.string()},
                fmt::format("damaged, it belongs to {}", place.filename().string()));
  return manifest;
}

std::optional<Manifest> readable_manifest(const fs::path& checkpoint) {
  try {
    return read_manifest(checkpoint);
  } catch (const Error& error) {
    if (error.code() != Code::data) throw;
    return std::nullopt;
  }
}

void verify_checkpoint(const fs::path& checkpoint) {
  verify(checkpoint, read_manifest(checkpoint));
}

void load_counters(State& state, const Manifest& manifest) {
  load_steps(state, manifest);
  load_records(state, manifest);
  state.optimizer.step = manifest.optimizer_steps;
}

void load_checkpoint(State& state, const fs::path& checkpoint) {
  require_whole(state);
  const auto manifest = read_manifest(checkpoint);
  require_averages(state, manifest, checkpoint);
  for (const auto& part : parts(state)) {
    verify(checkpoint, manifest, part.file);
    load_tensors(io::Safetensors(checkpoint / part.file), part.tensors);
  }
  load_counters(state, manifest);
}

bool load_kept(State& state, const fs::path& checkpoint) {
  require_whole(state);
  const auto manifest = read_manifest(checkpoint);
  require_averages(state, manifest, checkpoint);
  if (std::tie(manifest.step, manifest.origin, manifest.left_out, manifest.left_out_in_row,
               manifest.optimizer_steps) != std::tie(state.step, state.origin, state.left_out,
                                                     state.left_out_in_row, state.optimizer.step))
    return false;
  verify(checkpoint, manifest);
  const auto all = parts(state);
  for (const auto& part : all)
    if (is_trained(part) && !has_tensors(io::Safetensors(checkpoint / part.file), part))
      return false;
  for (const auto& part : all)
    if (!is_trained(part)) load_tensors(io::Safetensors(checkpoint / part.file), part.tensors);
  load_records(state, manifest);
  return true;
}

void remove_later(const fs::path& checkpoints, std::int64_t step) {
  for (const auto& checkpoint : list_checkpoints(checkpoints))
    if (is_before(checkpoint_at(checkpoints, step), checkpoint)) remove_checkpoint(checkpoint);
}

std::vector<std::string> load_compatible(State& state, const recipe::Recipe& recipe,
                                         const fs::path& checkpoint) {
  require_whole(state);
  const auto manifest = read_manifest(checkpoint);
  verify(checkpoint, manifest);
  load_tensors(io::Safetensors(checkpoint / kModel), weights(*state.network));
  load_steps(state, manifest);

  std::vector<std::string> anew;
  for (const auto& path : take_plateaus(state, manifest.plateaus))
    anew.push_back(
        fmt::format("the plateau schedule of {} is reset: the checkpoint has no record of its "
                    "measure",
                    path));
  if (state.stop && manifest.stop && manifest.stop->seen)
    anew.emplace_back("early stopping is reset: it only considers the evaluations of this run");
  const auto note_reset = [&](std::string_view what, std::string_view reason) {
    anew.push_back(fmt::format("the {} does not fit and is reset: {}", what, reason));
  };
  const auto load = [&](std::string_view file, std::string_view what,
                        std::span<const Named> tensors) {
    try {
      load_tensors(io::Safetensors(checkpoint / file), tensors);
      return true;
    } catch (const Error& error) {
      note_reset(what, error.what());
      return false;
    }
  };
  if (!state.projection.empty())
    (void)load(kProjection, "projection of distillation.features", state.projection);
  if (state.mean_teacher && !load(kTeacher, "teacher of semi", weights(*state.mean_teacher)))
    reset_mean_teacher(state);
  if (state.perturbation.defined() &&
      !load(kPerturbation, "perturbation of adversarial", perturbation(state)))
    state.perturbation.zero_();
  if (load(kOptimizer, "optimizer state", state.optimizer.tensors))
    state.optimizer.step = manifest.optimizer_steps;
  else
    state.optimizer =
        start_optimizer(recipe.optimizer, recipe.lookahead.has_value(), state.targets);
  const auto names = averaging_names(recipe);
  for (std::size_t i = 0; i < state.averages.size(); ++i) {
    auto& average = state.averages[i];
    const auto what = fmt::format("average {} of the weights", names[i]);
    const bool found = has_average(state, manifest, i);
    if (!found)
      note_reset(what,
                 i < manifest.averages.size()
                     ? fmt::format("the checkpoint has {} in its place", manifest.averages[i].kind)
                     : "the checkpoint has none");
    if (found && load(file_of(kAverages, i), what, average.tensors) &&
        (average.snapshots.empty() ||
         load(file_of(kSnapshots, i), "list of snapshots of an average", average.snapshots)))
      average.updates = manifest.averages[i].updates;
    else
      reset_average(average, weights(*state.network));
  }
  return anew;
}

}  // namespace temper::train
