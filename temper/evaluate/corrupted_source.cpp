#include "temper/evaluate/corrupted_source.h"

#include <utility>

#include "temper/data/sources/digest.h"

namespace temper::evaluate {

/// Memory that no other thread uses meanwhile.
class CorruptedSource::Lent {
 public:
  explicit Lent(const CorruptedSource& source) : source_(source) {
    const std::scoped_lock lock(source_.mutex_);
    if (source_.unused_.empty()) {
      memory_ = std::make_unique<Memory>();
      return;
    }
    memory_ = std::move(source_.unused_.back());
    source_.unused_.pop_back();
  }
  ~Lent() {
    const std::scoped_lock lock(source_.mutex_);
    source_.unused_.push_back(std::move(memory_));
  }
  Lent(const Lent&) = delete;
  Lent& operator=(const Lent&) = delete;
  Lent(Lent&&) = delete;
  Lent& operator=(Lent&&) = delete;

  Memory* operator->() const { return memory_.get(); }

 private:
  const CorruptedSource& source_;
  std::unique_ptr<Memory> memory_;
};

CorruptedSource::CorruptedSource(std::shared_ptr<const data::Source> clean,
                                 const data::LoaderOptions& reading, Corruption corruption)
    : clean_(std::move(clean)),
      transform_(data::pipelines_of(reading).front()),
      corruption_(std::move(corruption)) {
  corrupt::check_severity(corruption_.severity);
}

void CorruptedSource::read(std::int64_t i, io::Picture& into) const {
  const Lent memory(*this);
  clean_->read(i, memory->picture);
  io::Image& image = into.image();
  image = transform_.pixels(memory->picture, {}, memory->frame);
  const auto& [kind, severity, options, seed] = corruption_;
  auto draws = corrupt::draws_for(seed, kind, severity, static_cast<std::uint64_t>(i));
  corrupt::corrupt(image, kind, severity, options, draws, memory->workspace);
}

std::string CorruptedSource::digest() const {
  return data::Digest()
      .add(clean_->digest())
      .add(name_of(corruption_.kind))
      .add(std::int64_t{corruption_.severity})
      .add(static_cast<std::int64_t>(corruption_.seed))
      .add(name_of(corruption_.options.dialect))
      .add(name_of(corruption_.options.constants))
      .hex();
}

io::Image image_as_evaluated(const data::Source& source, std::int64_t i,
                             const data::LoaderOptions& reading) {
  io::Picture picture;
  augment::Frame frame;
  source.read(i, picture);
  return data::pipelines_of(reading).front().pixels(picture, {}, frame);
}

data::LoaderOptions reading_corrupted(data::LoaderOptions reading) {
  reading.fit.reset();
  return reading;
}

}  // namespace temper::evaluate
