"""Messages of the libraries around torch find their page, and those of other programs no template at all."""

from __future__ import annotations

import pytest

from kb.ask import errors

SAID = """\
albumentations-call: ValueError: Crop size (512,512) is larger than image (480,400)
albumentations-call: TypeError: RGBShift transformation expects 3-channel images.
albumentations-call: UserWarning: Argument 'max_holes' is not valid and will be ignored.
windows-lambda-pickle: UserWarning: Using lambda is incompatible with multiprocessing. Consider using regular functions or partial().
transform-input-type: TypeError: Input can either be a numpy array or a PIL image, but got <class 'torch.Tensor'> instead.
transform-input-type: OSError: cannot write mode RGBA as JPEG
transform-input-type: TypeError: Invalid shape (3, 352, 352) for image data
cv2-array-type: cv2.error: OpenCV(4.9.0) loadsave.cpp:699: error: (-215:Assertion failed) image.channels() == 1 || image.channels() == 3 || image.channels() == 4 in function 'imwrite_'
input-size: AssertionError: Input image size (352*352) doesn't match model (224*224).
input-size: AssertionError: Input height (352) doesn't match model (224).
unet-odd-size: ValueError: spatial dimensions [2, 3] of input image (spatial shape: torch.Size([100, 100])) must be divisible by 2**5.
channels-mismatch: ValueError: Unable to infer channel dimension format
channels-mismatch: ValueError: mean must have 1 elements if it is an iterable, got 3
one-hot-channel-order: AssertionError: ground truth has different shape (torch.Size([2, 1, 96, 96])) from input (torch.Size([2, 3, 96, 96]))
target-out-of-bounds: AssertionError: Label class 3 exceeds dataset class count 3. Possible class labels are 0-2
nnunet-dataset: RuntimeError: Some segmentation images contained unexpected labels. Please check text output above to see which one(s).
monai-transform: KeyError: 'Key `label` of transform `LoadImaged` was missing in the data and allow_missing_keys==False.'
strict-false: Some weights of SegformerForSemanticSegmentation were not initialized from the model checkpoint at nvidia/mit-b0 and are newly initialized: ['decode_head.classifier.bias']
weights-download: OSError: Can't load image processor for 'nvidia/mit-b0'. If you were trying to load it from 'https://huggingface.co/models', make sure you don't have a local directory with the same name.
cuda-not-visible: MisconfigurationException: You requested gpu: [0, 1]  But your machine only has: [0]
empty-dataset: ValueError: `Dataloader` returned 0 length. Please make sure that it returns at least 1 batch
plateau-wrong-mode: MisconfigurationException: `configure_optimizers` must include a monitor when a `ReduceLROnPlateau` scheduler is used. For example: {"optimizer": optimizer}
csv-table: KeyError: "['mask'] not in index"
csv-table: pandas.errors.ParserError: Error tokenizing data. C error: Expected 5 fields in line 3, saw 6
csv-table: ValueError: cannot reindex on an axis with duplicate labels
keras-target-shape: ValueError: Shapes (None, 1) and (None, 10) are incompatible
nan-loss: RuntimeWarning: invalid value encountered in true_divide
harmless-warnings: UserWarning: The parameter 'resample' is deprecated since 0.12 and will be removed in 0.14. Please use 'interpolation' instead.
"""  # noqa: E501 - as the libraries print it


@pytest.fixture(scope="module")
def pages_of(whole):
    return lambda text: [whole.ids[one.number] for one in errors.recognise(text, whole.errors)]


@pytest.mark.parametrize(("page", "message"), [line.split(": ", 1) for line in SAID.splitlines()])
def test_a_message_of_a_library_finds_the_page_that_explains_it(pages_of, page, message):
    assert pages_of(message)[:1] == [page]


@pytest.mark.parametrize(
    "message",
    [
        "docker: Error response from daemon: could not select device driver with capabilities.",
        "error: failed to push some refs to 'github.com:me/repo.git'",
        "npm ERR! code ENOENT\nnpm ERR! syscall open\nnpm ERR! path /me/package.json",
        "sqlalchemy.exc.IntegrityError: (psycopg2.errors.UniqueViolation) duplicate key value violates unique",
        "mysql.connector.errors.ProgrammingError: 1064 (42000): You have an error in your SQL syntax",
        "tensorflow.python.framework.errors_impl.NotFoundError: Op type not registered 'RegexSplit'",
        "django.core.exceptions.ImproperlyConfigured: The SECRET_KEY setting must not be empty.",
        "selenium.common.exceptions.NoSuchElementException: Message: no such element",
        "NotImplementedError: this backend is not implemented for searching",
        "DeprecationWarning: 'cgi' is deprecated and slated for removal in Python 3.13",
        "ValueError: page number must be greater than zero",
        "error[E0382]: borrow of moved value: `name`",
        'java.lang.NullPointerException: Cannot invoke "String.length()" because "s" is null',
        "gradle: Execution failed for task ':app:mergeDebugResources'.",
        "FAILED tests/test_app.py::test_login - assert 401 == 200",
    ],
)
def test_a_message_of_another_program_fits_no_template(pages_of, message):
    assert pages_of(message) == []


@pytest.mark.parametrize(
    "message",
    [
        "The chat streaming route is not implemented for this model.",
        "n_samples must be greater than 0",
        "query and key must have the same shape",
        "'n_iter' is deprecated in version 1.1 and will be removed in version 1.4.",
    ],
)
def test_a_message_that_shares_only_common_words_with_a_template_does_not_nearly_fit(pages_of, message):
    assert pages_of(message) == []
