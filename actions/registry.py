"""All custom actions, each once; domain files name them, a test keeps both together."""

from actions.base import DeskAction
from actions.fee import AnswerFee, OpenFee, ValidateFeeForm
from actions.home import VerifyHome
from actions.inquiry import AnswerInquiry
from actions.person import HandOver, NoteWaiting
from actions.repair import OpenRepair, ValidateRepairForm
from actions.report import OpenReport, ValidateReportForm
from actions.room import Room
from actions.status import TellStatus
from actions.unasked import AnswerUnasked
from actions.urge import Urge
from actions.withdraw import ValidateWithdrawForm, Withdraw

ACTIONS: tuple[type[DeskAction], ...] = (
    ValidateRepairForm,
    OpenRepair,
    ValidateReportForm,
    OpenReport,
    AnswerFee,
    ValidateFeeForm,
    OpenFee,
    AnswerInquiry,
    TellStatus,
    Urge,
    AnswerUnasked,
    ValidateWithdrawForm,
    Withdraw,
    VerifyHome,
    HandOver,
    NoteWaiting,
)


def all_actions(room: Room) -> list[DeskAction]:
    """Return one of each action, working in `room`."""
    return [action(room) for action in ACTIONS]
