"""All custom actions, each once; domain files name them, a test keeps both together."""

from actions.base import DeskAction
from actions.complaint.form import OpenComplaint, ValidateComplaintForm
from actions.fee.question import AnswerFee, OpenFee, ValidateFeeForm
from actions.home import VerifyHome
from actions.inquiry import AnswerInquiry
from actions.next_matter import NextMatter, TakeMatters
from actions.outside import AnswerEnglish, AnswerOutside
from actions.person import HandOver, NoteWaiting
from actions.picture import TakePicture
from actions.praise import RecordPraise
from actions.privacy import KeepPrivate
from actions.quoted import AboutQuoted
from actions.repair.form import OpenRepair, ValidateRepairForm
from actions.report import OpenReport, ValidateReportForm
from actions.room import Room
from actions.status import TellStatus
from actions.unasked import AnswerUnasked
from actions.urge import Urge
from actions.withdraw import ValidateWithdrawForm, Withdraw

ACTIONS: tuple[type[DeskAction], ...] = (
    ValidateRepairForm,
    OpenRepair,
    ValidateComplaintForm,
    OpenComplaint,
    ValidateReportForm,
    OpenReport,
    TakeMatters,
    NextMatter,
    AnswerFee,
    ValidateFeeForm,
    OpenFee,
    AnswerInquiry,
    TellStatus,
    AboutQuoted,
    Urge,
    AnswerUnasked,
    AnswerOutside,
    AnswerEnglish,
    RecordPraise,
    TakePicture,
    KeepPrivate,
    ValidateWithdrawForm,
    Withdraw,
    VerifyHome,
    HandOver,
    NoteWaiting,
)


def all_actions(room: Room) -> list[DeskAction]:
    """Return one of each action, working in `room`."""
    return [action(room) for action in ACTIONS]
