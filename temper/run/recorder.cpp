#include "temper/run/recorder.h"

#include <nlohmann/json.hpp>
#include <string>

#include "temper/io/disk/atomic_file.h"
#include "temper/io/format/json_text.h"

namespace temper::run {
namespace {

namespace fs = std::filesystem;

/// Whether an event is kept when the run is resumed.
bool stays(const train::Event& event, std::int64_t step, bool evaluated) {
  if (std::holds_alternative<train::EarlyStop>(event) ||
      std::holds_alternative<train::Tested>(event) || std::holds_alternative<train::Ended>(event))
    return false;
  const auto at = train::step_of(event).value_or(0);
  return at < step ||
         (at == step && (evaluated || !std::holds_alternative<train::Evaluated>(event)));
}

fs::path without_lines_beyond(fs::path path, std::int64_t step, bool evaluated) {
  if (!fs::exists(path)) return path;
  std::string kept;
  for (const auto& line : io::read_json_lines(path)) {
    const auto event = train::from_json(line);
    if (!event || stays(*event, step, evaluated)) kept += io::json_text(line) + "\n";
  }
  io::write_atomically(path, kept);
  return path;
}

void plot(io::EventWriter& board, const train::Started&) {
  board.flush();
}

void plot(io::EventWriter&, const train::LinearProbed&) {}

void plot(io::EventWriter& board, const train::Stepped& e) {
  board.scalar("loss/running", e.step, e.loss);
  board.scalar("lr", e.step, e.lr);
  board.scalar("images_per_second", e.step, e.images_per_second);
}

void plot(io::EventWriter& board, const train::Norms& e) {
  for (const auto& layer : e.layers) {
    board.scalar("weight_norm/" + layer.name, e.step, layer.weight);
    board.scalar("gradient_norm/" + layer.name, e.step, layer.gradient);
    board.scalar("update_norm/" + layer.name, e.step, layer.update);
  }
}

void plot(io::EventWriter& board, const std::string& weights, std::int64_t step,
          const train::Scores& scores) {
  const auto set = [&](const std::string& name, const train::Score& score) {
    board.scalar("loss/" + name + "/" + weights, step, score.loss);
    if (const auto& errors = score.errors) {
      board.scalar("rmse/" + name + "/" + weights, step, errors->rmse);
      board.scalar("mae/" + name + "/" + weights, step, errors->mae);
      board.scalar("r2/" + name + "/" + weights, step, errors->r2);
    } else {
      board.scalar("accuracy/" + name + "/" + weights, step, score.accuracy);
    }
  };
  set("train", scores.train);
  if (!scores.validation) return;
  set("validation", *scores.validation);
  board.scalar("gap/" + weights, step, scores.validation->loss - scores.train.loss);
  if (const auto& attacked = scores.attacked)
    board.scalar("accuracy/attacked/" + weights, step, attacked->accuracy);
}

void plot(io::EventWriter& board, const train::Evaluated& e) {
  if (e.raw) plot(board, "raw", e.step, *e.raw);
  if (e.averaged) plot(board, "averaged", e.step, *e.averaged);
  board.flush();
}

void plot(io::EventWriter& board, const train::SkippedStep&) {
  board.flush();
}
void plot(io::EventWriter&, const train::SkippedImage&) {}
void plot(io::EventWriter&, const train::EarlyStop&) {}
void plot(io::EventWriter& board, const train::Tested&) {
  board.flush();
}
void plot(io::EventWriter& board, const train::Ended&) {
  board.flush();
}
void plot(io::EventWriter&, const train::Warned&) {}

}  // namespace

Recorder::Recorder(const fs::path& run, std::int64_t step, bool evaluated)
    : lines_(without_lines_beyond(run / "metrics.jsonl", step, evaluated)),
      board_(run / "tensorboard", step + 1) {}

void Recorder::on_event(const train::Event& event) {
  lines_.append(train::to_json(event));
  std::visit([this](const auto& e) { plot(board_, e); }, event);
}

}  // namespace temper::run
